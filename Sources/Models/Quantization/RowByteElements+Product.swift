// LLM.int8's product: rows of x in eight bits with rows of W in eight bits, outlier columns in floats.
import Kernels
import Signals
import Storage

/// Rows of W at a time, and columns whose products of bytes are summed in floats: 1040·127² is below 2²⁴, so that every
/// sum of a block is exact.
private let blockRows = 64
private let blockColumns = 1024

extension RowByteElements {
  /// Floats of scratch that `multiply` takes for so many rows of x.
  func scratchCount(rows count: Int) -> Int {
    // Codes, scales and outliers of x; panels of both; codes of W; sums of whole numbers, of outliers, and of a block.
    2 * count * columns + count + columns + 2 * packedCount(depth: columns, columns: count)
      + blockRows * spacedPart(blockColumns) + 3 * blockRows * spacedPart(count) + count * blockRows
  }

  /// y [count, rows] = x·Wᵀ, or `initial` + x·Wᵀ, as bitsandbytes computes it while it does not train on a CPU, and
  /// always on a GPU (`MatMul8bitLt`): rows of x are quantised as rows of W are, the products of codes are summed as
  /// whole numbers and multiplied with both scales, and columns of x with an outlier are left out of that and multiplied
  /// in single precision with the de-quantised columns of W. bitsandbytes on a CPU trains with de-quantised weights and
  /// x as it is in place of that; this is not what is computed here.
  ///
  /// The columns are those with an outlier among the `count` rows, which are a shard of the batch; bitsandbytes looks at
  /// the whole batch. The sum of an outlier's products is a chain of fused multiply-adds in the order of the columns.
  /// Once `stop` is asked, the rest is left undone.
  func multiply(
    _ count: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, stop: StopSignal
  ) {
    let rowStride = spacedPart(count)
    let codesOfX = scratch
    let outlierX = codesOfX + count * columns
    let scalesOfX = outlierX + count * columns
    let outliers = scalesOfX + count
    let panels = outliers + columns
    let outlierPanels = panels + packedCount(depth: columns, columns: count)
    let part = outlierPanels + packedCount(depth: columns, columns: count)
    let sums = part + blockRows * spacedPart(blockColumns)
    let product = sums + blockRows * rowStride
    let outlierSums = product + blockRows * rowStride
    let turned = outlierSums + blockRows * rowStride
    let outlierCount = quantizeActivations(
      count, columns, x, threshold: threshold, codes: codesOfX, scales: scalesOfX, outliers: outliers)
    packTransposed(codesOfX, depth: columns, columns: count, rowStride: columns, into: panels)
    if outlierCount > 0 {
      for i in 0..<count {
        for j in 0..<outlierCount { outlierX[i * outlierCount + j] = x[i * columns + Int(outliers[j])] }
      }
      packTransposed(
        outlierX, depth: outlierCount, columns: count, rowStride: outlierCount, into: outlierPanels)
    }
    let wide = (count + 15) / 16 * 16
    for start in stride(from: 0, to: rows, by: blockRows) {
      if stop.isAsked { return }
      let some = min(blockRows, rows - start)
      for k in stride(from: 0, to: columns, by: blockColumns) {
        let depth = min(blockColumns, columns - k)
        for row in 0..<some {
          let first = (start + row) * columns + k
          expandCodes(first..<first + depth, into: part + row * spacedPart(blockColumns))
        }
        matrixProduct(
          rows: some, columns: wide, depth: depth, a: part, aRow: spacedPart(blockColumns), aColumn: 1,
          b: Panels(packed: panels, depth: columns).fromRow(k), c: product, cRow: rowStride)
        addWhole(some, count, product, to: sums, rowStride, isFirst: k == 0)
      }
      wholeToFloats(some, count, sums, rowStride)
      transpose(rows: some, columns: count, sums, rowStride: rowStride, into: turned, rowStride: some)
      for i in 0..<count {
        let target = y + i * rows + start
        if let initial {
          target.update(from: initial + i * rows + start, count: some)
        } else {
          target.update(repeating: 0, count: some)
        }
        addScaledSums(
          some, turned + i * some, rowScale: scalesOfX[i], columnScales: scales.pointer + start, to: target)
      }
      if outlierCount > 0 {
        addOutliers(
          start..<start + some, count, outliers, outlierCount, outlierPanels, part, outlierSums, turned, y)
      }
    }
    withExtendedLifetime(scales) {}
  }

  /// y += (columns of x with an outlier)·(those of W)ᵀ for some rows of W.
  private func addOutliers(
    _ range: Range<Int>, _ count: Int, _ outliers: UnsafePointer<Float>, _ outlierCount: Int,
    _ panels: UnsafePointer<Float>, _ part: UnsafeMutablePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>, _ turned: UnsafeMutablePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
  ) {
    let rowStride = spacedPart(count)
    for k in stride(from: 0, to: outlierCount, by: blockColumns) {
      let depth = min(blockColumns, outlierCount - k)
      for row in range {
        for j in 0..<depth {
          let place = row * columns + Int(outliers[k + j])
          expand(place..<place + 1, into: part + (row - range.lowerBound) * spacedPart(blockColumns) + j)
        }
      }
      matrixProduct(
        rows: range.count, columns: (count + 15) / 16 * 16, depth: depth, a: part,
        aRow: spacedPart(blockColumns), aColumn: 1,
        b: Panels(packed: panels, depth: outlierCount).fromRow(k), c: sums, cRow: rowStride,
        initial: k > 0 ? UnsafePointer(sums) : nil)
    }
    transpose(
      rows: range.count, columns: count, sums, rowStride: rowStride, into: turned, rowStride: range.count)
    for i in 0..<count {
      add(range.count, turned + i * range.count, to: y + i * rows + range.lowerBound)
    }
  }
}

/// Adds floats that are whole numbers to sums of 32 bits that stand in the place of floats.
private func addWhole(
  _ rows: Int, _ columns: Int, _ product: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>,
  _ rowStride: Int, isFirst: Bool
) {
  for row in 0..<rows {
    for j in row * rowStride..<row * rowStride + columns {
      let before = isFirst ? 0 : Int32(bitPattern: sums[j].bitPattern)
      sums[j] = Float(bitPattern: UInt32(bitPattern: before &+ Int32(product[j])))
    }
  }
}

/// Sums of 32 bits become floats, rounded to the nearest.
private func wholeToFloats(
  _ rows: Int, _ columns: Int, _ sums: UnsafeMutablePointer<Float>, _ rowStride: Int
) {
  for row in 0..<rows {
    for j in row * rowStride..<row * rowStride + columns {
      sums[j] = Float(Int32(bitPattern: sums[j].bitPattern))
    }
  }
}
