// Large files that are made to cost a reader more than they weigh.

import Foundation

/// A safetensors file of one costly thing, as often as fits.
package struct HostileFile: Sendable {
  package let name: String
  private let head: String
  private let piece: @Sendable (Int) -> String
  private let separator: String
  private let tail: String

  package static let all = [
    HostileFile(
      name: "small tensors", head: "{",
      piece: { entry("\(String($0, radix: 36))", "[]", "\($0)", "\($0 + 1)") },
      separator: ",", tail: "}"),
    HostileFile(
      name: "long names", head: "{",
      piece: { entry("model.layers.\($0).self_attn.q_proj.weight", "[1,1]", "\($0)", "\($0 + 1)") },
      separator: ",", tail: "}"),
    HostileFile(
      name: "keys of a field", head: "{\"a\":{\"x\":{", piece: { "\"\(String($0, radix: 36))\":0" },
      separator: ",", tail: "}}}"),
    HostileFile(
      name: "sizes of a shape", head: "{\"a\":{\"dtype\":\"U8\",\"shape\":[", piece: { _ in "1" },
      separator: ",",
      tail: "],\"data_offsets\":[0,1]}}"),
    HostileFile(
      name: "numbers of a field", head: "{\"a\":{\"x\":[", piece: { _ in "0" }, separator: ",", tail: "]}}"),
    HostileFile(name: "one name", head: "{\"", piece: { _ in "n" }, separator: "", tail: "\":{}}"),
    HostileFile(name: "escapes", head: "{\"", piece: { _ in "\\u0041" }, separator: "", tail: "\":{}}"),
    HostileFile(
      name: "metadata", head: "{\"__metadata__\":{", piece: { "\"\(String($0, radix: 36))\":\"\"" },
      separator: ",", tail: "}}"),
    HostileFile(name: "open lists", head: "{\"a\":{\"x\":", piece: { _ in "[" }, separator: "", tail: ""),
    HostileFile(
      name: "small objects", head: "{\"a\":{\"x\":[", piece: { _ in "{\"a\":0}" }, separator: ",", tail: "]}}"
    ),
    HostileFile(name: "white space", head: "{", piece: { _ in " " }, separator: "", tail: "}"),
  ]

  private static func entry(_ name: String, _ shape: String, _ begin: String, _ end: String) -> String {
    "\"\(name)\":{\"dtype\":\"U8\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(end)]}"
  }

  /// Writes a file whose header has about this many bytes, with a byte of data for each tensor. It goes out in
  /// parts, so that writing leaves no freed memory behind in which reading would hide.
  package func write(to path: String, bytes: Int) throws {
    try Data(count: 8).write(to: URL(fileURLWithPath: path))
    guard let file = FileHandle(forWritingAtPath: path) else {
      throw BreakFinding("\(path) cannot be written")
    }
    var part = Data(head.utf8)
    var length = 0
    var count = 0
    func flush() throws {
      try file.write(contentsOf: part)
      length += part.count
      part.removeAll(keepingCapacity: true)
    }
    try file.seek(toOffset: 8)
    while length + part.count < bytes - 200 {
      if count > 0 { part += separator.utf8 }
      part += piece(count).utf8
      count += 1
      if part.count > 1 << 16 { try flush() }
    }
    part += tail.utf8
    try flush()
    let isTensors = name == "small tensors" || name == "long names"
    try file.truncate(atOffset: UInt64(8 + length + (isTensors ? count : 1)))
    try file.seek(toOffset: 0)
    try file.write(contentsOf: Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }))
    try file.close()
  }
}
