// Paths: what cannot be read or replaced, and what replacing leaves alone.

import Foundation
import TensorFile
import Testing

@Suite struct FileTests {
  private let tensors = [TensorData("a", shape: [2], floats: [1, 2])]

  private func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func unreadable() throws {
    try withFolder { folder in
      #expect(
        message { _ = try TensorFile.read(path: folder + "/none") }
          == "cannot read `\(folder)/none`: no such file or folder; check the path")
      #expect(
        message { _ = try TensorFile.read(path: folder) }
          == "`\(folder)` is not a file; name a file, not a folder or a device")
      #expect(
        message { _ = try TensorFile.read(path: "/dev/zero") }
          == "`/dev/zero` is not a file; name a file, not a folder or a device")
      #expect(
        message { _ = try TensorFile.read(path: "a\0b") }
          == "cannot read `a\\0b`: the name is not valid; check the path")
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: folder + "/short"))
      #expect(
        message { _ = try TensorFile.read(path: folder + "/short") } == """
          `\(folder)/short` is not a valid safetensors file: it has 3 bytes, and the length \
          of the header alone takes 8; it is cut short or damaged, so fetch or save it again
          """)
    }
  }

  /// Nobody writes into this pipe: opening it must not wait.
  @Test func pipe() throws {
    try withFolder { folder in
      let path = folder + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      #expect(throws: TensorFileError.notAFile(path: path)) { try TensorFile.read(path: path) }
      #expect(throws: TensorFileError.notAFile(path: path)) {
        try TensorFile.write(path: path, tensors: tensors)
      }
    }
  }

  @Test func unwritable() throws {
    try withFolder { folder in
      #expect(
        message { try TensorFile.write(path: folder + "/none/x", tensors: tensors) }
          == "cannot write `\(folder)/none/x`: no such file or folder; check the path")
      #expect(
        message { try TensorFile.write(path: folder + "/none/", tensors: tensors) }
          == "cannot write `\(folder)/none/`: the name is not valid; check the path")
      #expect(
        message { try TensorFile.write(path: "", tensors: tensors) }
          == "cannot write ``: the name is not valid; check the path")
      #expect(
        message { try TensorFile.write(path: folder, tensors: tensors) }
          == "`\(folder)` is not a file; name a file, not a folder or a device")
      try Data().write(to: URL(fileURLWithPath: folder + "/file"))
      #expect(
        message { try TensorFile.write(path: folder + "/file/x", tensors: tensors) }
          == "cannot write `\(folder)/file/x`: a part of the path is not a folder; check the path")
      let long = String(repeating: "n", count: 300)
      #expect(
        message { try TensorFile.write(path: folder + "/" + long, tensors: tensors) }?
          .hasSuffix(": the name is too long; check the path") == true)
      #expect(try names(in: folder) == ["file"])
    }
  }

  @Test func replaces() throws {
    try withFolder { folder in
      let path = folder + "/x.safetensors"
      try Data("old".utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      try TensorFile.write(path: path, tensors: tensors, metadata: [("format", "pt")])
      #expect(try TensorFile.read(path: path)["a"]?.floats() == [1, 2])
      #expect(try permissions(path) == 0o640)
      #expect(try names(in: folder) == ["x.safetensors"])
    }
  }

  @Test func newFilesFollowTheUmask() throws {
    try withFolder { folder in
      let path = folder + "/x"
      let mask = umask(0)
      umask(mask)
      try AtomicFile.write([[1], [], [2, 3]], to: path)
      #expect(try permissions(path) == 0o666 & ~Int(mask))
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2, 3]))
    }
  }

  @Test func refusedTensorsLeaveTheOldFile() throws {
    try withFolder { folder in
      let path = folder + "/x"
      try Data("old".utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: TensorFileError.self) {
        try TensorFile.write(path: path, tensors: tensors + tensors)
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("old".utf8))
    }
  }

  @Test func followsLinks() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/real", withIntermediateDirectories: false)
      try Data("old".utf8).write(to: URL(fileURLWithPath: folder + "/real/x"))
      try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "real/x")
      try TensorFile.write(path: folder + "/link", tensors: tensors)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "real/x")
      #expect(try TensorFile.read(path: folder + "/real/x").tensors.count == 1)
    }
  }

  /// A link to nothing stays a link, and what it names comes into being; links in a circle are refused.
  @Test func followsLinksToNothing() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/real", withIntermediateDirectories: false)
      for (link, target) in [("one", "two"), ("two", "real/x"), ("circle", "circle")] {
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(link)", withDestinationPath: target)
      }
      try TensorFile.write(path: folder + "/one", tensors: tensors)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/one") == "two")
      #expect(try TensorFile.read(path: folder + "/real/x").tensors.count == 1)
      #expect(
        message { try TensorFile.write(path: folder + "/circle", tensors: tensors) }
          == "cannot write `\(folder)/circle`: its symbolic links form a loop; check the path")
      #expect(try names(in: folder) == ["circle", "one", "real", "two"])
    }
  }

  /// An error in the middle leaves the old file, and nothing beside it.
  @Test func failureWhileWriting() throws {
    try withFolder { folder in
      let path = folder + "/x"
      try AtomicFile.write([[1, 2]], to: path)
      #expect(throws: TensorFileError.changed(path: "other")) {
        try AtomicFile.write(to: path) { output throws(TensorFileError) in
          try output.append([3])
          throw .changed(path: "other")
        }
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data([1, 2]))
      #expect(try names(in: folder) == ["x"])
    }
  }

  /// A temporary file that an ended program left behind goes with the next writing, also one whose number this process
  /// has: it is older than the process, however long the tests run already.
  @Test func abandonedTemporaryFile() throws {
    try withFolder { folder in
      let name = ".ranklab-\(getpid())-0.tmp"
      try Data("left".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: "\(folder)/\(name)")
      try TensorFile.write(path: folder + "/x", tensors: tensors)
      #expect(try names(in: folder) == ["x"])
    }
  }

  /// A sparse file that claims to be huge is refused by its header, before its data is read.
  @Test func hugeFile() throws {
    try withFolder { folder in
      let path = folder + "/huge"
      let bytes = file(#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(truncate(path, 1 << 33) == 0)
      #expect(
        message { _ = try TensorFile.read(path: path) } == """
          `\(path)` is not a valid safetensors file: its header describes 4 bytes of data, \
          and \(1 << 33 - bytes.count) are there; it is cut short or damaged, so fetch or save it again
          """)
    }
  }
}
