// Eight bits a number by bitsandbytes' dynamic map: what double quantisation keeps the scales of blocks in.

/// The 256 numbers of the signed dynamic map in their order (Dettmers 2015, arXiv 1511.04561; bitsandbytes'
/// `create_dynamic_map`): 0, 1, and for each power of ten from 1e-6 to 1 the middles of 1, 2, 4, … 64 equal parts of
/// 0.1…1 times that power, with both signs. The smallest is -0.993. The last places are those of PyTorch with fused
/// multiply-adds.
package func dynamicMap() -> [Float] {
  var map: [Float] = [0, 1]
  var power: Float = 1e-6
  for exponent in 0..<7 {
    let parts = 1 << exponent
    let step = (1 - Float(0.1)) / Float(parts)
    func bound(_ i: Int) -> Float {
      // From the nearer end, as PyTorch's linspace.
      i < (parts + 1) / 2
        ? Float(0.1).addingProduct(step, Float(i)) : Float(1).addingProduct(-step, Float(parts - i))
    }
    for i in 0..<parts {
      let middle = power * ((bound(i) + bound(i + 1)) / 2)
      map.append(middle)
      map.append(-middle)
    }
    power = powersOfTen[min(exponent + 1, 6)]
  }
  map.sort()
  return map
}

private let powersOfTen: [Float] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]

/// Quantises `count` numbers in blocks to the places of a sorted map of 256: bitsandbytes' `quantize_blockwise`, as its
/// library for CPUs computes it.
///
/// The scale of a block is its largest magnitude, NaN left out. A number times its reciprocal is rounded to one of
/// 65,536 equal parts of -1…1, and that part's middle to the nearest of the map, half way to the lower one. A block of
/// zeros has the scale 0 and the codes 0.
///
/// - Parameter scales: one for each block.
package func quantizeBytes(
  _ count: Int, _ x: UnsafePointer<Float>, map: [Float], block: Int, codes: UnsafeMutablePointer<UInt8>,
  scales: UnsafeMutablePointer<Float>
) {
  requireCounts(count, block)
  precondition(block > 0 && map.count == 256, "a block of \(block), a map of \(map.count)")
  var start = 0
  while start < count {
    let elements = min(block, count - start)
    var largest: Float = 0
    for i in start..<start + elements where x[i].magnitude > largest { largest = x[i].magnitude }
    scales[start / block] = largest
    for i in start..<start + elements {
      codes[i] = largest == 0 ? 0 : place(x[i] * (1 / largest), in: map)
    }
    start += elements
  }
}

/// How many midpoints of the map lie below the middle of the part of -1…1 that a number is in.
private func place(_ number: Float, in map: [Float]) -> UInt8 {
  let inside = number < -1 ? -1 : number > 1 ? 1 : number
  // NaN is in the first.
  let part = inside == inside ? Int(((inside + 1) * 0.5) * 65535 + 0.5) : 0
  let middle = -1 + Float(2 * part) / 65535
  var (low, high) = (0, 255)
  while low < high {
    let between = (low + high) / 2
    if 0.5 * (map[between] + map[between + 1]) < middle { low = between + 1 } else { high = between }
  }
  return UInt8(low)
}
