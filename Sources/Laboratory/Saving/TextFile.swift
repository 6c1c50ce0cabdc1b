// Reading a user's text file.
import Foundation
import Interpreter
package import Signals
import TensorFile

package enum TextFile {
  /// The text of a file.
  ///
  /// - Parameters:
  ///   - argument: the argument that failures blame.
  ///   - purpose: why an empty file is of no use.
  ///   - stop: looked at between parts of a long file.
  /// - Throws: `Failure` where the file is missing, is no file, is empty or is not UTF-8: it names the first bad byte;
  ///   `Interruption`.
  package static func read(
    _ path: String, in folder: String, argument: String = "file", purpose: String = "there is nothing in it",
    stop: StopSignal = .never
  ) throws -> String {
    let full = try place(path, in: folder)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) else {
      throw Failure(
        argument: argument, "there is no file `\(path)`", label: "not found",
        body: path.hasPrefix("/")
          ? "" : "Paths start from the folder in which ranklab was started: \(folder).")
    }
    if isFolder.boolValue {
      throw Failure(argument: argument, "`\(path)` is a folder", label: "a file is needed")
    }
    let bytes: [UInt8]
    do throws(InputFlaw) {
      bytes = try WholeInput.file(full, stop: stop)
    } catch .interrupted {
      throw Interruption()
    } catch {
      throw Failure(argument: argument, "`\(path)` cannot be read", label: error.reason)
    }
    if bytes.isEmpty {
      throw Failure(argument: argument, "`\(path)` is empty", label: purpose)
    }
    return try text(bytes, stop) { place in
      Failure(
        argument: argument, "`\(path)` is not UTF-8", label: "byte \(place) cannot be read",
        body: "Save the file as UTF-8 and try again.")
    }
  }

  /// Bytes of UTF-8 as a text, a part at a time.
  ///
  /// - Parameter flaw: the error for the offset of the first byte that is not part of valid UTF-8.
  private static func text(_ bytes: [UInt8], _ stop: StopSignal, flaw: (Int) -> Failure) throws -> String {
    var text = ""
    text.reserveCapacity(bytes.count)
    // The mark of the order of bytes, which some programs write, is none of the text.
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      try stop.check()
      var end = min(start + 1 << 20, bytes.count)
      // No character is cut: of four bytes in a row of UTF-8 one begins a character.
      for _ in 0..<3 where end < bytes.count && bytes[end] & 0xC0 == 0x80 { end -= 1 }
      let part = bytes[start..<end]
      guard let valid = String(validating: part, as: UTF8.self) else {
        throw flaw(start + firstBadByte(part))
      }
      text += valid
      start = end
    }
    return text
  }

  /// Where a path of the user's leads.
  ///
  /// - Parameter folder: where relative paths start.
  /// - Throws: `Failure` for a relative path where that folder is gone: nothing may then be read or written elsewhere.
  package static func place(_ path: String, in folder: String) throws -> String {
    if path.hasPrefix("/") { return path }
    var isFolder: ObjCBool = false
    guard !folder.isEmpty, FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      throw Failure(
        "the folder in which ranklab was started is gone", label: "`\(path)` is a path from there",
        body: "Give a path that begins with `/`, or start ranklab in a folder that is there.")
    }
    return folder + "/" + path
  }

  /// The offset of the first byte that is not part of valid UTF-8.
  private static func firstBadByte(_ data: ArraySlice<UInt8>) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var bytes = data.makeIterator()
    var offset = 0
    while case .valid(let encoded) = parser.parseScalar(from: &bytes) { offset += encoded.count }
    return offset
  }
}
