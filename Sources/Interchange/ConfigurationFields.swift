// The fields of a model's config.json, read one by one and checked, so that none is left out unseen.
import Fields

/// Fields of an object, and which of them have been looked at.
struct ConfigurationFields {
  /// A size that no model exceeds, far below what could overflow.
  static let sizeLimit = 1 << 31

  let path: String
  let members: [Literal.Member]
  private let values: [String: Literal]
  /// Stands before the names of an inner object's fields in errors: `rope_scaling.`.
  private let prefix: String
  private(set) var seen: Set<String> = []

  /// - Throws: `ModelFolderError.malformed` for what is no JSON object.
  init(parsing bytes: [UInt8], path: String) throws {
    let value: Literal
    do throws(JSONFlaw) {
      value = try Literal(json: bytes)
    } catch {
      throw ModelFolderError.malformed(path: path, reason: error.description)
    }
    guard case .dictionary(let members) = value else {
      throw ModelFolderError.malformed(path: path, reason: "it is \(value.kind), not an object of fields")
    }
    self.init(members, path: path, prefix: "")
  }

  private init(_ members: [Literal.Member], path: String, prefix: String) {
    self.members = members
    // Two spellings of an accent are different keys and equal texts; no field that is looked at has one.
    values = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
    self.path = path
    self.prefix = prefix
  }

  /// The names that were not looked at, in order.
  var unseen: [String] { values.keys.filter { !seen.contains($0) }.map { prefix + $0 }.sorted() }

  /// The field; nil where it is absent or null.
  mutating func value(_ name: String) -> Literal? {
    seen.insert(name)
    guard let value = values[name], value != .absent else { return nil }
    return value
  }

  /// Whether the field is there, be it null.
  func has(_ name: String) -> Bool { values[name] != nil }

  private func wrong(_ name: String, _ needs: String, _ value: Literal) -> ModelFolderError {
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
    guard case .dictionary(let members) = value else { throw wrong(name, "an object", value) }
    return ConfigurationFields(members, path: path, prefix: prefix + name + ".")
  }

  /// Sees to it that a field which would change what the model computes has a value that does not.
  ///
  /// - Throws: `ModelFolderError.unsupported`.
  mutating func require(_ name: String, among allowed: [Literal]) throws {
    guard let value = value(name) else { return }
    if !allowed.contains(value) { throw unsupported(name, value, allowed) }
  }

  func unsupported(_ name: String, _ value: Literal, _ allowed: [Literal])
    -> ModelFolderError
  {
    .unsupported(
      path: path, field: prefix + name, value: value.spelling, supported: allowed.map(\.spelling))
  }

  func missing(_ name: String) -> ModelFolderError { .missingField(path: path, field: prefix + name) }

  mutating func ignore(_ names: Set<String>) { seen.formUnion(names) }
}
