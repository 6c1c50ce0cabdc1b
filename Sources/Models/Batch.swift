// A batch in memory.
package import Storage

/// A batch in memory: what `Plan.step` reads.
package struct Batch: Sendable {
  /// Tokens and targets of each row, as the bits of Int32, for a transformer.
  package let tokens: TokenBuffer?
  /// Inputs and targets of each row, for a perceptron.
  package let inputs: Buffer?
  package let targets: Buffer?
  /// Rows whose loss counts.
  package var countedRows: Int

  package init(tokens: TokenBuffer, countedRows: Int) {
    self.tokens = tokens
    inputs = nil
    targets = nil
    self.countedRows = countedRows
  }

  package init(inputs: Buffer, targets: Buffer, rows: Int) {
    tokens = nil
    self.inputs = inputs
    self.targets = targets
    countedRows = rows
  }
}

/// Tokens and target tokens of a batch, in the storage of a buffer.
package struct TokenBuffer: Sendable {
  private let storage: Buffer
  package let rows: Int

  package init(rows: Int) {
    self.rows = rows
    storage = Buffer(count: 2 * rows)
  }

  /// The token of each row.
  package var tokens: UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(storage.pointer).assumingMemoryBound(to: Int32.self)
  }

  /// The token that each row is to predict; −100 where none counts.
  package var targets: UnsafeMutablePointer<Int32> { tokens + rows }
}
