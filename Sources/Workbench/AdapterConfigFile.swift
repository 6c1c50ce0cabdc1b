// Reading the fields of an adapter_config.json.
import Analysis
import Foundation

enum AdapterConfigFile {
  /// The fields in the order of their names.
  ///
  /// - Throws: `Failure` where the text is no JSON object.
  static func fields(_ text: String, path: String) throws -> [ConfigurationField] {
    if let line = lineOfTrailingComma(text) {
      throw Failure(
        argument: "x", "`\(path)` is not JSON", label: "line \(line): a comma before a closing bracket")
    }
    let value: FieldValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)).value
    } catch {
      throw Failure(argument: "x", "`\(path)` is not JSON", body: reason(error))
    }
    guard case .dictionary(let entries) = value else {
      throw Failure(
        argument: "x", "`\(path)` is not an adapter configuration",
        body: "It must be a JSON object with fields such as \"r\" and \"lora_alpha\".")
    }
    return entries.map { ConfigurationField($0.key, $0.value) }
  }

  /// The line of a comma behind the last item, which Foundation takes and Python does not; nil where there is none.
  private static func lineOfTrailingComma(_ text: String) -> Int? {
    var line = 1
    var lineOfComma: Int?
    var isText = false
    var isEscaped = false
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") { line += 1 }
      if isText {
        if byte == UInt8(ascii: "\""), !isEscaped { isText = false }
        isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
        continue
      }
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): continue
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if let lineOfComma { return lineOfComma }
      case UInt8(ascii: "\""): isText = true
      default: break
      }
      lineOfComma = byte == UInt8(ascii: ",") ? line : nil
    }
    return nil
  }

  private static func reason(_ error: any Error) -> String {
    let context: DecodingError.Context
    switch error as? DecodingError {
    case .dataCorrupted(let found)?, .typeMismatch(_, let found)?, .valueNotFound(_, let found)?,
      .keyNotFound(_, let found)?:
      context = found
    default: return error.localizedDescription
    }
    let details = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
    return details ?? context.debugDescription
  }
}

/// Any JSON value; the keys of an object are sorted, as PEFT writes them.
private struct JSONValue: Decodable {
  let value: FieldValue

  private struct Key: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      value = .dictionary(
        try container.allKeys.sorted { $0.stringValue < $1.stringValue }.map { key in
          FieldValue.Entry(key.stringValue, try container.decode(JSONValue.self, forKey: key).value)
        })
    } else if var container = try? decoder.unkeyedContainer() {
      var items: [FieldValue] = []
      while !container.isAtEnd { items.append(try container.decode(JSONValue.self).value) }
      value = .list(items)
    } else {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        value = .none
      } else if let bool = try? container.decode(Bool.self) {
        value = .bool(bool)
      } else if let text = try? container.decode(String.self) {
        value = .text(text)
      } else {
        value = .number(try container.decode(Double.self))
      }
    }
  }
}
