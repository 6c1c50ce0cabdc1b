// The fields of a model's config.json, read one by one and checked, so that none is left out unseen.
import Foundation

/// Any JSON value.
enum ConfigurationValue: Equatable, Sendable {
  case none
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([ConfigurationValue])
  case object([String: ConfigurationValue])

  /// As JSON spells it, cut to 60 characters.
  var spelling: String {
    let text: String
    switch self {
    case .none: text = "null"
    case .bool(let value): text = "\(value)"
    case .number(let value):
      text = value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    case .text(let value): text = "\"\(value)\""
    case .list: text = "a list"
    case .object: text = "an object"
    }
    return text.count > 60 ? text.prefix(60) + "…" : text
  }
}

extension ConfigurationValue: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([ConfigurationValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: ConfigurationValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .none: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

/// Fields of an object, and which of them have been looked at.
struct ConfigurationFields {
  /// A size that no model exceeds, far below what could overflow.
  static let sizeLimit = 1 << 31

  let path: String
  let values: [String: ConfigurationValue]
  /// Stands before the names of an inner object's fields in errors: `rope_scaling.`.
  private let prefix: String
  private(set) var seen: Set<String> = []

  /// - Throws: `ModelFolderError.malformed` for what is no JSON object.
  init(parsing data: Data, path: String) throws {
    self.path = path
    prefix = ""
    do {
      values = try JSONDecoder().decode([String: ConfigurationValue].self, from: data)
    } catch {
      throw ModelFolderError.malformed(path: path, reason: reason(error))
    }
  }

  private init(_ values: [String: ConfigurationValue], path: String, prefix: String) {
    self.values = values
    self.path = path
    self.prefix = prefix
  }

  /// The names that were not looked at, in order.
  var unseen: [String] { values.keys.filter { !seen.contains($0) }.map { prefix + $0 }.sorted() }

  /// The field; nil where it is absent or null.
  mutating func value(_ name: String) -> ConfigurationValue? {
    seen.insert(name)
    guard let value = values[name], value != .none else { return nil }
    return value
  }

  private func wrong(_ name: String, _ needs: String, _ value: ConfigurationValue) -> ModelFolderError {
    .wrongField(path: path, field: prefix + name, needs: needs, has: value.spelling)
  }

  mutating func optionalNumber(_ name: String) throws -> Double? {
    guard let value = value(name) else { return nil }
    guard case .number(let number) = value, number.isFinite else { throw wrong(name, "a number", value) }
    return number
  }

  /// A number above zero.
  mutating func optionalPositive(_ name: String) throws -> Double? {
    guard let number = try optionalNumber(name) else { return nil }
    guard number > 0 else { throw wrong(name, "a number above 0", .number(number)) }
    return number
  }

  mutating func positive(_ name: String) throws -> Double {
    guard let number = try optionalPositive(name) else { throw missing(name) }
    return number
  }

  mutating func optionalSize(_ name: String, limit: Int = sizeLimit) throws -> Int? {
    guard let number = try optionalNumber(name) else { return nil }
    guard number >= 1, number <= Double(limit), number == number.rounded() else {
      throw wrong(name, "a whole number from 1 to \(limit)", .number(number))
    }
    return Int(number)
  }

  mutating func size(_ name: String, limit: Int = sizeLimit) throws -> Int {
    guard let size = try optionalSize(name, limit: limit) else { throw missing(name) }
    return size
  }

  mutating func bool(_ name: String, default fallback: Bool) throws -> Bool {
    guard let value = value(name) else { return fallback }
    guard case .bool(let bool) = value else { throw wrong(name, "true or false", value) }
    return bool
  }

  mutating func text(_ name: String) throws -> String? {
    guard let value = value(name) else { return nil }
    guard case .text(let text) = value else { throw wrong(name, "a text", value) }
    return text
  }

  mutating func sizes(_ name: String) throws -> [Int] {
    guard let value = value(name) else { throw missing(name) }
    guard case .list(let items) = value else { throw wrong(name, "a list of whole numbers", value) }
    return try items.map { item in
      guard case .number(let number) = item, number >= 1, number <= Double(Self.sizeLimit),
        number == number.rounded()
      else { throw wrong(name, "a list of whole numbers above 0", item) }
      return Int(number)
    }
  }

  /// The fields of an inner object; nil where it is absent or null.
  mutating func object(_ name: String) throws -> ConfigurationFields? {
    guard let value = value(name) else { return nil }
    guard case .object(let values) = value else { throw wrong(name, "an object", value) }
    return ConfigurationFields(values, path: path, prefix: prefix + name + ".")
  }

  /// Sees to it that a field which would change what the model computes has a value that does not.
  ///
  /// - Throws: `ModelFolderError.unsupported`.
  mutating func require(_ name: String, among allowed: [ConfigurationValue]) throws {
    guard let value = value(name) else { return }
    if !allowed.contains(value) { throw unsupported(name, value, allowed) }
  }

  func unsupported(_ name: String, _ value: ConfigurationValue, _ allowed: [ConfigurationValue])
    -> ModelFolderError
  {
    .unsupported(
      path: path, field: prefix + name, value: value.spelling, supported: allowed.map(\.spelling))
  }

  func missing(_ name: String) -> ModelFolderError { .missingField(path: path, field: prefix + name) }

  mutating func ignore(_ names: Set<String>) { seen.formUnion(names) }
}

private func reason(_ error: any Error) -> String {
  let context: DecodingError.Context
  switch error as? DecodingError {
  case .dataCorrupted(let found)?, .valueNotFound(_, let found)?, .keyNotFound(_, let found)?:
    context = found
  case .typeMismatch?: return "it is no object of fields"
  default: return error.localizedDescription
  }
  let details = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
  return details ?? context.debugDescription
}
