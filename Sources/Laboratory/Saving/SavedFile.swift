// Values as JSON files: a `format` key says what is in them, and numbers read back to the bit.
import Fields
import Foundation
import Interchange
package import Interpreter
import TensorFile
import Text
import Training

/// What stands in a file for a value.
package protocol StoredValue: Codable {
  /// With the version: `ranklab run 3`.
  static var formatName: String { get }
  /// Names of older versions that are read, too.
  static var earlierFormats: [String] { get }
  /// As messages say it: "run".
  static var kind: ObjectKind { get }

  /// The value.
  ///
  /// - Throws: `StoredFlaw` where the parts do not fit together.
  func object() throws -> any LabObject
}

extension StoredValue {
  package static var earlierFormats: [String] { [] }
  static var formats: [String] { [formatName] + earlierFormats }
}

/// Why a file that is JSON of the right format holds no value.
enum StoredFlaw: Error {
  case misfit(String)
  case missing(String)
  case outOfRange(String)
  case unknownWord(field: String, word: String)
  /// Of training.
  case unknownOption(String)
  /// Of an adapter.
  case unknownField(String)

  /// What is wrong, as the end of a sentence.
  var reason: String {
    switch self {
    case .misfit(let fields): "\(fields) do not fit together"
    case .missing(let field): "`\(field)` is missing"
    case .outOfRange(let field): "`\(field)` is out of range"
    case .unknownWord(let field, let word): "`\(field)` is \(pythonQuoted(word)), which is not known"
    case .unknownField(let name): "its adapter has a field `\(name)`, which this version does not know"
    case .unknownOption(let name): "its runs have an option `\(name)`, which this version does not know"
    }
  }

  /// Throws the flaw unless it is good.
  static func check(_ isGood: Bool, _ flaw: StoredFlaw) throws {
    if !isGood { throw flaw }
  }
}

/// Runs, comparisons, maps and searches as JSON files, read and written by the types of `StoredValue`.
package enum SavedFile {
  /// All that can be read, older formats too.
  static var types: [any StoredValue.Type] {
    [
      StoredMap.self, EarlierMap.self, StoredRun.self, StoredComparison.self, StoredFrontier.self,
      StoredTuning.self,
    ]
  }

  /// JSON has no word for numbers that are not finite: they are texts.
  private static let (nan, infinity, negativeInfinity) = ("nan", "inf", "-inf")

  /// The bytes of a file.
  static func bytes(_ stored: any StoredValue) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: nan)
    return Array(try encoder.encode(stored)) + [UInt8(ascii: "\n")]
  }

  /// Replaces the file whole.
  /// The format that the content of a file states; nil for JSON that is no object with a text as `format`. All of it is
  /// held to be JSON: Foundation takes what Python refuses, and the last of two keys.
  static func format(of data: Data) throws(JSONFlaw) -> String? {
    var scanner = try JSONScanner(Array(data))
    var format: String?
    if scanner.peek() == UInt8(ascii: "{") {
      var object = try scanner.openObject()
      while let key = try scanner.nextKey(of: &object) {
        if key == "format", scanner.peek() == UInt8(ascii: "\"") {
          format = try scanner.text()
        } else {
          try scanner.skip(refusesLarge: true)
        }
      }
    } else {
      try scanner.skip(refusesLarge: true)
    }
    try scanner.end()
    return format
  }

  /// What reads files of a format; nil for one that is not known.
  private static func type(ofFormat format: String) -> (any StoredValue.Type)? {
    types.first { $0.formats.contains(format) }
  }

  /// Whether the content of a file is a value of a kind, in a format of any version.
  static func holds(_ kind: ObjectKind, _ data: Data) -> Bool {
    (try? format(of: data)).flatMap(type(ofFormat:))?.kind == kind
  }

  /// The value of a file, whatever its kind.
  ///
  /// - Throws: `Failure` where the file cannot be read, or holds no value.
  package static func read(_ path: String, in folder: String) throws -> any LabObject {
    let data = Data(try TextFile.read(path, in: folder).utf8)
    return try decode(type(of: data, path: path), data, path: path)
  }

  /// The run in the bytes of a file.
  ///
  /// - Throws: `Failure` where they hold none.
  static func run(_ bytes: [UInt8], path: String) throws -> Run {
    let data = Data(bytes)
    guard let object = try decode(type(of: data, path: path), data, path: path) as? RunObject else {
      throw Failure("`\(path)` holds no run")
    }
    return object.run
  }

  /// The value of a file that should hold one of a kind.
  ///
  /// - Throws: `Failure` where the file cannot be read, or holds something else.
  static func read<Object>(
    _ path: String, in folder: String, as kind: any StoredValue.Type, _ object: Object.Type
  ) throws -> Object {
    let data = Data(try TextFile.read(path, in: folder).utf8)
    let found = try type(of: data, path: path)
    guard found.kind == kind.kind, let value = try decode(found, data, path: path) as? Object else {
      throw Failure(
        argument: "file", "`\(path)` holds no \(kind.kind.name)", label: "it holds \(found.kind.phrase)",
        body: "Give another file; this one is left as it is.")
    }
    return value
  }

  /// What reads the content of a file. Throws a `Failure` for what is no JSON, has no format or one that is not known.
  private static func type(of data: Data, path: String) throws -> any StoredValue.Type {
    let stated: String?
    do throws(JSONFlaw) {
      stated = try format(of: data)
    } catch {
      throw Failure(
        argument: "file", "`\(path)` is not JSON", label: error.description,
        body: "It is damaged, or no file of ranklab's.")
    }
    guard let format = stated else {
      throw Failure(
        argument: "file", "`\(path)` holds no value of ranklab", label: "its JSON has no `format`",
        body: "`save(run, \"run.json\")` writes one.")
    }
    guard let type = type(ofFormat: format) else {
      let known = types.flatMap { $0.formats }.joined(separator: ", ")
      throw Failure(
        argument: "file", "`\(path)` cannot be read here", label: "its format is \(pythonQuoted(format))",
        body: "This version reads: \(known).")
    }
    return type
  }

  /// The value in a file's content. Throws a `Failure` that names the part which is missing or does not fit.
  private static func decode(
    _ type: any StoredValue.Type, _ data: Data, path: String
  ) throws -> any LabObject {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: nan)
    func damaged(_ reason: String) -> Failure {
      Failure(argument: "file", "`\(path)` holds no \(type.kind.name)", label: reason)
    }
    do {
      return try decoder.decode(type, from: data).object()
    } catch let flaw as StoredFlaw {
      throw damaged(flaw.reason)
    } catch let error as DecodingError {
      throw damaged(reason(error))
    }
  }

  /// `firstStep` as the file has it: `first_step`.
  private static func inSnakeCase(_ key: String) -> String {
    key.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }

  /// Where JSON does not have what is expected.
  private static func reason(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey], _ last: String? = nil) -> String {
      let keys = path.map { $0.intValue.map { "\($0)" } ?? $0.stringValue } + [last].compactMap { $0 }
      return keys.isEmpty ? "it" : "`" + keys.map(inSnakeCase).joined(separator: ".") + "`"
    }
    return switch error {
    case .keyNotFound(let key, let context): "\(place(context.codingPath, key.stringValue)) is missing"
    case .valueNotFound(_, let context): "\(place(context.codingPath)) is null"
    case .typeMismatch(_, let context): "\(place(context.codingPath)) is of another type"
    case .dataCorrupted(let context): "\(place(context.codingPath)) cannot be read"
    @unknown default: "it is damaged"
    }
  }
}
