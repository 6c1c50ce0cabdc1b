// Eight bits an element with a scale for each row: LLM.int8 (Dettmers et al. 2022, arXiv 2208.07339).
import CVector

/// Quantises the rows of a weight [rows, columns]: bitsandbytes' `int8_vectorwise_quant` of `Int8Params`.
///
/// Elements are first rounded to 16-bit floats, to the nearest, ties to even. The scale of a row is its largest
/// magnitude m; a code is the element times (1/m)·127, rounded the same way: -127…127. A row of zeros has the scale 0 and
/// the codes 0; one with a NaN has the scale NaN and the codes 0.
package func quantizeRows(
  _ rows: Int, _ columns: Int, _ x: UnsafePointer<Float>, codes: UnsafeMutablePointer<Int8>,
  scales: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, columns)
  withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, columns)) { buffer in
    guard let row = buffer.baseAddress else { return }
    for i in 0..<rows {
      roundToHalves(columns, x + i * columns, into: row)
      let largest = largestMagnitude(columns, row)
      scales[i] = largest
      quantize(columns, row, largest: largest)
      for j in 0..<columns { codes[i * columns + j] = Int8(row[j]) }
    }
  }
}

/// x becomes its codes, as floats.
private func quantize(_ count: Int, _ x: UnsafeMutablePointer<Float>, largest: Float) {
  // 0/0, NaN: codes that are no numbers are 0, as where a CPU makes a byte of them.
  guard largest > 0, largest.isFinite else {
    x.update(repeating: 0, count: count)
    return
  }
  // As PyTorch divides a number by a tensor.
  let factor = Lanes(repeating: (1 / largest) * 127)
  let shift = Lanes(repeating: 0x1.8p23)
  mapLanes(count, UnsafePointer(x), into: x) { ($0 * factor + shift) - shift }
}

/// Writes elements of one row as floats: code·scale·(1/127), each product rounded, as `int8_vectorwise_dequant`.
package func expandRow(
  _ count: Int, codes: UnsafePointer<Int8>, scale: Float, into target: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  let reciprocal: Float = 7.874015718698502e-3
  var i = 0
  while i + 16 <= count {
    store(cvector_from_bytes(codes + i) * scale * reciprocal, target + i)
    i += 16
  }
  while i < count {
    target[i] = Float(codes[i]) * scale * reciprocal
    i += 1
  }
}

/// Writes the codes of one row as floats.
package func expandCodes(
  _ count: Int, codes: UnsafePointer<Int8>, into target: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  var i = 0
  while i + 16 <= count {
    store(cvector_from_bytes(codes + i), target + i)
    i += 16
  }
  while i < count {
    target[i] = Float(codes[i])
    i += 1
  }
}

/// Quantises rows of activations x [rows, columns] for a product with a quantised weight, without the columns that hold
/// an outlier: bitsandbytes' `int8_vectorwise_quant` with its threshold.
///
/// The elements are rounded to 16-bit floats. An outlier is one of magnitude `threshold` or more; a threshold of 0 has
/// none. The scale of a row is the largest magnitude among its elements that are none; codes are as of `quantizeRows`,
/// and 0 in all rows of a column with an outlier.
///
/// - Parameters:
///   - codes: [rows, columns], as floats.
///   - scales: one for each row.
///   - outliers: columns numbers, of which the first ones become the columns with an outlier, in their order.
/// - Returns: how many columns have an outlier.
package func quantizeActivations(
  _ rows: Int, _ columns: Int, _ x: UnsafePointer<Float>, threshold: Float,
  codes: UnsafeMutablePointer<Float>, scales: UnsafeMutablePointer<Float>,
  outliers: UnsafeMutablePointer<Float>
) -> Int {
  requireCounts(rows, columns)
  // 1 in the columns with an outlier.
  outliers.update(repeating: 0, count: columns)
  for i in 0..<rows {
    let row = codes + i * columns
    roundToHalves(columns, x + i * columns, into: row)
    if threshold > 0 {
      for j in 0..<columns where row[j].magnitude >= threshold {
        outliers[j] = 1
        row[j] = 0
      }
    }
    scales[i] = largestMagnitude(columns, row)
    quantize(columns, row, largest: scales[i])
  }
  var count = 0
  for j in 0..<columns where outliers[j] == 1 {
    for i in 0..<rows { codes[i * columns + j] = 0 }
    outliers[count] = Float(j)
    count += 1
  }
  return count
}

/// y += (row's scale · column's scale) · sum · 6.200124e-05, which is 1/127² as bitsandbytes has it, for whole numbers
/// `sums`: `int8_mm_dequant`. One row of y; each operation is rounded.
package func addScaledSums(
  _ count: Int, _ sums: UnsafePointer<Float>, rowScale: Float, columnScales: UnsafePointer<Float>,
  to y: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  let factor: Float = 6.200124e-05
  for i in 0..<count { y[i] += sums[i] * (rowScale * columnScales[i]) * factor }
}

private func roundToHalves(
  _ count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>
) {
  mapLanes(count, x, into: out) { rounded($0, to: .fp16) }
}
