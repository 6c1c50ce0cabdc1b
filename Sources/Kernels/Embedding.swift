// Token embedding: rows of a table.

/// out [rows, width]: the table's row of each token. Tokens must be within the table.
package func embeddingForward(
  rows: Int, width: Int, tokens: UnsafePointer<Int32>, table: UnsafePointer<Float>,
  out: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, width)
  for row in 0..<rows { (out + row * width).update(from: table + Int(tokens[row]) * width, count: width) }
}

/// Adds each row of `dout` to the gradient of its token's row, in increasing row.
package func embeddingBackward(
  rows: Int, width: Int, tokens: UnsafePointer<Int32>, dout: UnsafePointer<Float>,
  tableGradient: UnsafeMutablePointer<Float>
) {
  requireCounts(rows, width)
  for row in 0..<rows { add(width, dout + row * width, to: tableGradient + Int(tokens[row]) * width) }
}
