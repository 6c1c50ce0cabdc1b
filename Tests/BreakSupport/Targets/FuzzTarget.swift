// What is fed with damaged input, and what it must do with it: a reader of files, or the kernels with any shape.

/// One reader, or one use of the kernels, with the inputs that damage starts from. To add a reader, add its target to `files`.
package struct FuzzTarget: Sendable {
  package enum Outcome: Sendable { case accepted, refused }

  /// As the command line names it.
  package let name: String
  /// Inputs that are read without error.
  package let seeds: [[UInt8]]
  /// What the format is made of; damage inserts these.
  package let words: [[UInt8]]
  /// Reads one input. It gives `refused` for an error that the reader promises, and throws for a result that is
  /// wrong or an error that is none of these.
  package let read: @Sendable ([UInt8]) throws -> Outcome

  package init(
    name: String, seeds: [[UInt8]], words: [String], read: @escaping @Sendable ([UInt8]) throws -> Outcome
  ) {
    self.name = name
    self.seeds = seeds
    self.words = words.map { Array($0.utf8) }
    self.read = read
  }

  /// The readers.
  package static let files = [
    safetensorsHeader, safetensorsFile, shardIndex, modelConfiguration, adapterConfiguration,
    lintedConfiguration,
    pathExpression, tokenizer, examples, savedValue, adapterFolder, modelFolder, pythonFile,
  ]

  /// The kernels.
  package static let kernels = [products, steps]

  /// Every target there is.
  package static let all = files + kernels

  /// The words of JSON and numbers at the limits of their types.
  package static let jsonWords = [
    "\"", ",", ":", "{", "}", "[", "]", "0", "1", "8", "-", ".", "e", "\\", "\\u", "null", "true", "false",
    " ",
    "\n", "\0", "\u{FEFF}", "é", "\\ud800", "\\udc00", "\\u0000", "1e999", "-1", "255", "2147483648",
    "4294967295",
    "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":",
  ]

  /// What a reader gives; nil if it refuses by an error of this type, whose words must be there and short.
  static func accepted<Value, Refusal: Error>(
    _ type: Refusal.Type, words: (Refusal) -> String, _ body: () throws -> Value
  ) throws -> Value? {
    do {
      return try body()
    } catch let error as Refusal {
      let length = words(error).utf8.count
      try BreakFinding.require((1..<6000).contains(length), "a message of \(length) bytes")
      return nil
    }
  }
}
