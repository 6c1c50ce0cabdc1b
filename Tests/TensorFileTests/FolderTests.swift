// Folders that are replaced as one step: what a kill at each step leaves, and what the next writing makes of it.

import Foundation
import TensorFile
import Testing

/// What is in a folder, by relative path; folders end in a slash and have no content.
private func contents(_ folder: String) -> [String: String] {
  var found: [String: String] = [:]
  let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
  for name in names {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder) else {
      continue
    }
    if isFolder.boolValue {
      found[name + "/"] = ""
    } else {
      found[name] = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? "unreadable"
    }
  }
  return found
}

private func write(_ files: [String: String], in folder: String) throws {
  for (name, text) in files {
    let path = "\(folder)/\(name)"
    let above = name.hasSuffix("/") ? path : (path as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: above, withIntermediateDirectories: true)
    if !name.hasSuffix("/") { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
  }
}

/// A copy as it is, with links and second names; what is being written in it is that of a process which is gone.
private func copy(_ folder: String, to place: String) throws {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/cp")
  process.arguments = ["-a", folder, place]
  try process.run()
  process.waitUntilExit()
  #expect(process.terminationStatus == 0)
  let names = FileManager.default.enumerator(atPath: place)?.compactMap { $0 as? String } ?? []
  for name in names.sorted().reversed() {
    let last = (name as NSString).lastPathComponent
    let other = last.replacing("\(getpid())", with: "\(process.processIdentifier)")
    guard last.hasPrefix("."), other != last else { continue }
    let above = (place + "/" + name as NSString).deletingLastPathComponent
    try FileManager.default.moveItem(atPath: "\(place)/\(name)", toPath: "\(above)/\(other)")
  }
}

@Suite struct FolderTests {
  private static let old = ["weights": "old weights", "config": "old config"]
  private static let new = ["weights": "new weights", "config": "new config"]
  private static let users = [
    "README.md": "mine", "checkpoint-5/": "", "checkpoint-5/weights": "of step 5", "checkpoint-5/deep/": "",
    "checkpoint-5/deep/x": "deep", "empty/": "",
  ]

  private func save(
    _ files: [String: String] = new, to path: String, exchanges: Bool = true,
    reached: @escaping (PreparedFolder.Step) -> Void = { _ in }
  ) throws {
    let folder = try PreparedFolder(path, exchanges: exchanges, reached: reached)
    for (name, text) in files.sorted(by: { $0.key > $1.key }) { try folder.write(name, text) }
    try folder.commit()
  }

  @Test func aNewFolderAppearsAsAWhole() throws {
    try withFolder { base in
      var steps: [PreparedFolder.Step] = []
      try save(
        to: base + "/above/x/",
        reached: { step in
          steps.append(step)
          #expect(!FileManager.default.fileExists(atPath: base + "/above/x"))
        })
      #expect(steps == [.written])
      #expect(
        contents(base) == [
          "above/": "", "above/x/": "", "above/x/weights": "new weights", "above/x/config": "new config",
        ])
    }
  }

  @Test(arguments: [true, false])
  func whatIsNotWrittenStays(_ exchanges: Bool) throws {
    try withFolder { base in
      try write(Self.old.merging(Self.users) { $1 }, in: base + "/x")
      try FileManager.default.createSymbolicLink(atPath: base + "/x/link", withDestinationPath: "nowhere")
      #expect(chmod(base + "/x/weights", 0o640) == 0 && chmod(base + "/x", 0o750) == 0)
      var steps: [PreparedFolder.Step] = []
      try save(to: base + "/x", exchanges: exchanges, reached: { steps.append($0) })
      #expect(
        steps
          == (exchanges
            ? [.written, .shared, .announced, .exchanged, .settled] : [.written, .firstInPlace, .allInPlace]))
      #expect(contents(base + "/x") == Self.new.merging(Self.users) { $1 })
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: base + "/x/link") == "nowhere")
      let permissions = try ["x", "x/weights"].map {
        try FileManager.default.attributesOfItem(atPath: "\(base)/\($0)")[.posixPermissions] as? Int
      }
      #expect(permissions == [0o750, 0o640])
      #expect(try names(in: base) == ["x"])
    }
  }

  /// A process that ends after any step leaves what the disk has then. It is the old folder or the new one, with all of
  /// the user's files; the next writing of whatever kind leaves no trace of it.
  @Test func aKillAtEachStep() throws {
    try withFolder { base in
      var seen: [PreparedFolder.Step] = []
      try write(Self.old.merging(Self.users) { $1 }, in: base + "/now/x")
      try save(
        to: base + "/now/x",
        reached: { step in
          seen.append(step)
          let left = "\(base)/\(step)"
          #expect(throws: Never.self) { try copy(base + "/now", to: left) }
          let isNew = [.exchanged, .settled].contains(step)
          #expect(
            contents(left + "/x") == (isNew ? Self.new : Self.old).merging(Self.users) { $1 }, "\(step)")
          // A file beside it, and then the folder once more.
          #expect(throws: Never.self) { try AtomicFile.write([[1]], to: left + "/y") }
          #expect((try? names(in: left)) == ["x", "y"], "\(step)")
          #expect(
            contents(left + "/x") == (isNew ? Self.new : Self.old).merging(Self.users) { $1 }, "\(step)")
          #expect(throws: Never.self) { try self.save(["weights": "3", "config": "3"], to: left + "/x") }
          #expect(
            contents(left + "/x") == ["weights": "3", "config": "3"].merging(Self.users) { $1 }, "\(step)")
        })
      #expect(seen.count == 5)
    }
  }

  /// In place, only the renames that follow each other are no one step.
  @Test func aKillAtEachStepWithoutTheExchange() throws {
    try withFolder { base in
      try write(Self.old.merging(Self.users) { $1 }, in: base + "/now/x")
      try save(
        to: base + "/now/x", exchanges: false,
        reached: { step in
          let left = "\(base)/\(step)"
          #expect(throws: Never.self) { try copy(base + "/now", to: left) }
          var expected = step == .written ? Self.old : Self.new
          if step == .firstInPlace { expected["config"] = "old config" }
          #expect(throws: Never.self) { try AtomicFile.write([[1]], to: left + "/x/y") }
          #expect(throws: Never.self) { try AtomicFile.write([[1]], to: left + "/y") }
          expected["y"] = "\u{1}"
          #expect(contents(left + "/x") == expected.merging(Self.users) { $1 }, "\(step)")
          #expect((try? names(in: left)) == ["x", "y"], "\(step)")
        })
    }
  }

  /// What others write into the folder meanwhile is not lost: before the exchange into the old one, afterwards into the
  /// new one.
  @Test func filesThatComeMeanwhile() throws {
    try withFolder { base in
      try write(Self.old.merging(Self.users) { $1 }, in: base + "/x")
      try save(
        to: base + "/x",
        reached: { step in
          guard step == .announced else { return }
          #expect(throws: Never.self) {
            try write(["checkpoint-5/late": "late", "new/": "", "new/file": "n"], in: base + "/x")
            // Replaced by another program, as editors do.
            try AtomicFile.write([Array("mine, later".utf8)], to: base + "/x/README.md")
          }
        })
      let late = ["checkpoint-5/late": "late", "new/": "", "new/file": "n", "README.md": "mine, later"]
      #expect(contents(base + "/x") == Self.new.merging(Self.users) { $1 }.merging(late) { $1 })
      #expect(try names(in: base) == ["x"])
    }
  }

  @Test func filesOfFoldersInIt() throws {
    try withFolder { base in
      let old = ["weights": "0", "b/": "", "b/weights": "0", "b/README": "mine", "c/": "", "c/weights": "0"]
      for exchanges in [true, false] {
        try write(old, in: base + "/x")
        try save(["weights": "1", "b/weights": "1", "d/weights": "1"], to: base + "/x", exchanges: exchanges)
        let expected = ["weights": "1", "b/weights": "1", "d/": "", "d/weights": "1"]
        #expect(contents(base + "/x") == old.merging(expected) { $1 })
        try FileManager.default.removeItem(atPath: base + "/x")
      }
    }
  }

  /// Links to the folder are followed; files that are links are written where they lead, one after the other.
  @Test func linksAreFollowed() throws {
    try withFolder { base in
      try write(Self.old, in: base + "/real")
      try FileManager.default.createSymbolicLink(atPath: base + "/link", withDestinationPath: "real")
      try FileManager.default.createSymbolicLink(atPath: base + "/to-come", withDestinationPath: "later")
      try save(to: base + "/link/.")
      try save(to: base + "/to-come")
      #expect(contents(base + "/real") == Self.new && contents(base + "/later") == Self.new)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: base + "/link") == "real")
      try FileManager.default.moveItem(atPath: base + "/real/weights", toPath: base + "/blob")
      try FileManager.default.createSymbolicLink(
        atPath: base + "/real/weights", withDestinationPath: "../blob")
      var steps: [PreparedFolder.Step] = []
      try save(["weights": "linked", "config": "c"], to: base + "/real", reached: { steps.append($0) })
      #expect(steps == [.written, .firstInPlace, .allInPlace])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: base + "/real/weights") == "../blob")
      #expect(try String(contentsOfFile: base + "/blob", encoding: .utf8) == "linked")
      #expect(try names(in: base) == ["blob", "later", "link", "real", "to-come"])
    }
  }

  @Test func aFileInItsPlaceIsReplaced() throws {
    try withFolder { base in
      try write(["x": "a file"], in: base)
      try save(to: base + "/x")
      #expect(contents(base + "/x") == Self.new)
      #expect(try names(in: base) == ["x"])
    }
  }

  /// An error leaves the old, and nothing beside it.
  @Test func failureWhileWriting() throws {
    try withFolder { base in
      try write(Self.old, in: base + "/x")
      for path in ["x", "new"] {
        let error = TensorFileError.changed(path: "w")
        #expect(throws: TensorFileError.folder("named", path == "x" ? .asBefore : .absent, because: error)) {
          try AtomicFolder.write(to: "\(base)/\(path)", named: "named") {
            try $0.write("weights", "half")
            throw error
          }
        }
      }
      #expect(contents(base + "/x") == Self.old)
      #expect(try names(in: base) == ["x"])
      // A folder stands where a file is to be written: the second of two cannot come, and the first has not.
      try write(["config/": ""], in: base + "/y")
      #expect(
        message {
          try AtomicFolder.write(to: base + "/y", named: "y") {
            try $0.write("weights", "1")
            try $0.write("config", "1")
          }
        } == "`\(base)/y/config` is not a file; `y` is as it was; name a file, not a folder or a device")
      #expect(contents(base + "/y") == ["config/": ""])
      #expect(try names(in: base) == ["x", "y"])
    }
  }

  @Test func sentences() {
    let error = TensorFileError.system(.write, path: "/a/x/config", code: EFBIG)
    let title = "cannot write `/a/x/config`: the file would become too large; "
    let advice = "; make room or choose another folder"
    #expect(
      TensorFileError.folder("x", .asBefore, because: error).description == title + "`x` is as it was"
        + advice)
    #expect(
      TensorFileError.folder("x", .absent, because: error).description == title + "`x` was not made" + advice)
    #expect(
      TensorFileError.folder("x", .mixed, because: error).description
        == title + "`x` is part new, part old: save it once more" + advice)
  }

  /// Only names of ours, and only those whose process is gone and that nobody claims.
  @Test func leftovers() throws {
    try withFolder { base in
      let gone = try Self.processThatEnded()
      let others = [
        ".ranklab-x-0.tmp": "", ".ranklab-\(gone).tmp": "", "ranklab-\(gone)-0.tmp": "",
        ".ranklab-\(gone)-0.tmpx": "",
        ".\(gone).unfinished/": "", ".x.unfinished/": "", "x.\(gone).unfinished/": "",
        ".ranklab-1-0.tmp": "alive",
        ".x.1.unfinished/": "", ".x.1.replaced/": "", ".x.\(gone).replacedx/": "",
      ]
      try write(others, in: base)
      try write(
        [
          ".ranklab-\(gone)-0.tmp": "", ".ranklab-\(gone)-17.tmp/": "", ".ranklab-\(gone)-17.tmp/x": "",
          ".x.\(gone).unfinished/": "",
          ".x.\(gone).unfinished/deep/y": "", ".a.b.\(gone)-3.unfinished/": "",
        ], in: base)
      try write(["README": "mine", "both": "old"], in: base + "/.z.\(gone).replaced")
      try write(["both": "new"], in: base + "/z")
      try write(["README": "mine"], in: base + "/.moved.\(gone)-1.replaced")
      try AtomicFile.write([[1]], to: base + "/file")
      let left = [
        "file": "\u{1}", "z/": "", "z/README": "mine", "z/both": "new", "moved/": "", "moved/README": "mine",
      ]
      #expect(contents(base) == others.merging(left) { $1 })
      // What is being written is left alone.
      let file = try PreparedFile(base + "/slow") { output throws(TensorFileError) in
        try output.append([1])
        do { try AtomicFile.write([[1]], to: base + "/other") } catch { throw .changed(path: "\(error)") }
      }
      try file.commit()
      #expect(try names(in: base).contains("slow"))
    }
  }

  private static func processThatEnded() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/true")
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  /// Nothing is put in place of which somebody took a part away.
  @Test func aPartThatIsGone() throws {
    try withFolder { base in
      try write(Self.old, in: base + "/x")
      let folder = try PreparedFolder(base + "/x")
      try folder.write("weights", "new")
      let place = try #require(try names(in: base).first { $0.hasSuffix(".unfinished") })
      try FileManager.default.removeItem(atPath: "\(base)/\(place)/weights")
      #expect(throws: TensorFileError.system(.write, path: base + "/x/weights", code: ENOENT)) {
        try folder.commit()
      }
      #expect(contents(base + "/x") == Self.old)
    }
  }

  /// What is asked before anything is replaced.
  @Test func anOccupantIsLookedAt() throws {
    try withFolder { base in
      try write(["a": "abc", "empty": "", "folder/": ""], in: base)
      #expect(truncate(base + "/a", 3) == 0)
      #expect(
        Occupant.at(base + "/a") == .file(Array("abc".utf8))
          && Occupant.at(base + "/a", first: 2) == .file([97, 98]))
      #expect(Occupant.at(base + "/empty") == .nothing && Occupant.at(base + "/none") == .nothing)
      #expect(Occupant.at(base + "/folder") == .folder && Occupant.at("/dev/null") == .other)
      #expect(Occupant.at(base + "/a/b") == .nothing)
      try FileManager.default.createSymbolicLink(atPath: base + "/circle", withDestinationPath: "circle")
      #expect(Occupant.at(base + "/circle") == .unreadable(reason: "its symbolic links form a loop"))
      #expect(truncate(base + "/a", off_t(Occupant.limit) + 1) == 0)
      #expect(Occupant.at(base + "/a") == .tooLarge(bytes: Occupant.limit + 1))
      #expect(Occupant.at(base + "/a", first: 1) == .file([97]))
    }
  }
}
