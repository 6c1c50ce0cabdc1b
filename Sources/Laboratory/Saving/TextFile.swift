// Reading a user's text file.
import Foundation
import Interpreter

package enum TextFile {
  /// The text of a file.
  ///
  /// - Parameters:
  ///   - argument: the argument that failures blame.
  ///   - purpose: why an empty file is of no use.
  /// - Throws: `Failure` where the file is missing, is no file, is empty or is not UTF-8: it names the first bad byte.
  package static func read(
    _ path: String, in folder: String, argument: String = "file", purpose: String = "there is nothing in it"
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
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: full))
    } catch {
      throw Failure(argument: argument, "`\(path)` cannot be read", body: error.localizedDescription)
    }
    if data.isEmpty {
      throw Failure(argument: argument, "`\(path)` is empty", label: purpose)
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Failure(
        argument: argument, "`\(path)` is not UTF-8", label: "byte \(firstBadByte(data)) cannot be read",
        body: "Save the file as UTF-8 and try again.")
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
  private static func firstBadByte(_ data: Data) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var bytes = data.makeIterator()
    var offset = 0
    while case .valid(let encoded) = parser.parseScalar(from: &bytes) { offset += encoded.count }
    return offset
  }
}
