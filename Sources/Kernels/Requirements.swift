// What the doors of this module require of the sizes that they are given: once a call, before pointers are used.

/// Counts of rows, columns or elements are not negative.
@inline(__always)
func requireCounts(_ first: Int, _ second: Int = 0, _ third: Int = 0) {
  precondition(first | second | third >= 0, "a negative count")
}

/// Rows that stand `rowStride` apart do not overlap.
@inline(__always)
func requireRows(_ rows: Int, of columns: Int, rowStride: Int) {
  requireCounts(rows, columns)
  precondition(rowStride >= columns || rows <= 1, "rows that overlap")
}
