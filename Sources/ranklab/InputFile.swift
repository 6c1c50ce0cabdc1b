// A file of the command line, by the name that the system knows it by.
import Text

/// The system's names are bytes; those of most files are UTF-8, and any other file can be run too.
struct InputFile {
  /// The name's bytes.
  let bytes: [UInt8]
  /// The name as messages show it: what is not UTF-8 as `\xFF`, and what no terminal may get written out.
  let shown: String

  /// The name as a path for all that takes text; nil where it is not UTF-8.
  var path: String? { String(validating: bytes, as: UTF8.self) }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    shown = InputFile.shown(bytes)
  }

  init(_ path: String) { self.init(Array(path.utf8)) }

  /// In backquotes, for sentences.
  var quoted: String { "`\(shown)`" }

  var isStandardInput: Bool { bytes == Array("-".utf8) || bytes == Array("/dev/stdin".utf8) }

  var isNotebook: Bool { shown.hasSuffix(".md") || shown.hasSuffix(".markdown") }

  /// The files that arguments name, in order. Arguments are text, in which all that is not UTF-8 looks the same: its bytes
  /// are among those that the process was started with.
  static func named(_ arguments: [String]) -> [InputFile] {
    var rest = started[...]
    return arguments.map { argument in
      guard argument.unicodeScalars.contains("\u{FFFD}"),
        let place = rest.firstIndex(where: { String(decoding: $0, as: UTF8.self) == argument })
      else { return InputFile(argument) }
      defer { rest = rest[(place + 1)...] }
      return InputFile(rest[place])
    }
  }

  /// The bytes of the process's arguments.
  private static var started: [[UInt8]] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { argument in
        var length = 0
        while argument[length] != 0 { length += 1 }
        return (0..<length).map { UInt8(bitPattern: argument[$0]) }
      }
    }
  }

  private static func shown(_ bytes: [UInt8]) -> String {
    var text = ""
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var position = 0
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let encoded):
        text.unicodeScalars.append(Unicode.UTF8.decode(encoded))
        position += encoded.count
      case .error(let length):
        for byte in bytes[position..<position + length] {
          text += "\\x" + String(byte, radix: 16, uppercase: true)
        }
        position += length
      case .emptyInput: return printable(text, limit: .max)
      }
    }
  }
}
