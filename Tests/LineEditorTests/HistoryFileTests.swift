// The history file.
import Foundation
import Glibc
import LineEditor
import TestSupport
import Testing

@Suite final class HistoryFileTests {
  private let folder: TemporaryFolder
  private let path: String
  private let file: HistoryFile

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path + "/deep/er/history"
    file = HistoryFile(path: path)
  }

  private func text() throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  @Test func cellsComeBackAsTheyWere() throws {
    #expect(try file.load() == [])
    let cells = ["x = 1", "f(\n  1)\n", "a\\nb", "\\", "\\\\n\r", " é漢😀", "tab\there"]
    for cell in cells { try file.append(cell) }
    #expect(try file.load() == cells)
    #expect(try text().split(separator: "\n").count == cells.count)
  }

  @Test func blankCellsAndRepetitionsAreLeftOut() throws {
    for cell in ["a", "", " \n", "a", "b", "a"] { try file.append(cell) }
    #expect(try file.load() == ["a", "b", "a"])
  }

  @Test func onlyTheOwnerReadsIt() throws {
    try file.append("a")
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
  }

  @Test func longFileIsTrimmed() throws {
    try file.append("first")
    let lines = (1...HistoryFile.limit).map { "cell \($0)\n" }.joined()
    try ("first\n" + lines).write(toFile: path, atomically: false, encoding: .utf8)
    let cells = try file.load()
    #expect(cells.count == HistoryFile.limit)
    #expect(cells.first == "cell 1")
    #expect(try text() == lines)
    try file.append("last")
    #expect(try text() == lines + "last\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep/er") == ["history"])
  }

  @Test func lineThatACrashBrokeOffIsEnded() throws {
    try file.append("a")
    try "whole\nbrok".write(toFile: path, atomically: false, encoding: .utf8)
    try file.append("next")
    #expect(try file.load() == ["whole", "brok", "next"])
  }

  @Test func bytesThatAreNotUTF8DoNotHideTheRest() throws {
    try file.append("a")
    try Data([0x61, 0xFF, 0x0A, 0x62, 0x0A]).write(to: URL(fileURLWithPath: path))
    #expect(try file.load() == ["a\u{FFFD}", "b"])
  }

  /// Whoever prints the file gets text.
  @Test func controlCharactersAreEscaped() throws {
    let cells = ["a\u{1B}]0;t\u{7}b", "\u{9B}2J\u{202E}", "\\u{1b}", "\u{0}\u{7F}\u{2028}", "\\", "a\tb"]
    for cell in cells { try file.append(cell) }
    #expect(try file.load() == cells)
    #expect(try text().hasPrefix("a\\u{1b}]0;t\\u{7}b\n\\u{9b}2J\\u{202e}\n\\\\u{1b}\n"))
    #expect(
      try text().unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || $0.value >= 0x20 && $0.value < 0x7F }
    )
    // What no writer makes stands for itself.
    try "\\u{\n\\u{110000}\n\\u{}\n\\ux\n".write(toFile: path, atomically: false, encoding: .utf8)
    #expect(try file.load() == ["\\u{", "\\u{110000}", "\\u{}", "\\ux"])
  }

  @Test(arguments: ["device", "pipe", "folder", "large"])
  func whatIsNoHistoryIsLeftAlone(kind: String) throws {
    let place = folder.path + "/history"
    switch kind {
    case "device": try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "/dev/zero")
    case "pipe": #expect(mkfifo(place, 0o600) == 0)
    case "folder": try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    default:
      #expect(FileManager.default.createFile(atPath: place, contents: nil))
      #expect(truncate(place, off_t(HistoryFile.sizeLimit + 1)) == 0)
    }
    let expected = HistoryFileError(path: place, kind == "large" ? .tooLarge : .noFile)
    #expect(throws: expected) { try HistoryFile(path: place).load() }
    #expect(throws: expected) { try HistoryFile(path: place).append("a") }
    #expect(expected.description.hasPrefix("the history file \(place) cannot be used: it is "))
  }

  /// Behind a symbolic link the file is trimmed, and the link stays; permissions are kept.
  @Test func trimmingKeepsLinkAndPermissions() throws {
    try file.append("first")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let link = folder.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "deep/er/history")
    try (0...HistoryFile.limit).map { "cell \($0)\n" }.joined().write(
      toFile: path, atomically: false, encoding: .utf8)
    #expect(try HistoryFile(path: link).load().count == HistoryFile.limit)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "deep/er/history")
    #expect(try text().hasPrefix("cell 1\n"))
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep/er") == ["history"])
  }

  @Test func failureNamesTheFile() {
    #expect(throws: HistoryFileError(path: "/proc/none/history", .system(ENOENT))) {
      try HistoryFile(path: "/proc/none/history").append("a")
    }
    #expect(
      HistoryFileError(path: "/a", .system(EACCES)).description
        == "the history file /a cannot be used: Permission denied")
  }

  @Test func promptsWriteAtTheSameTime() throws {
    try file.append("first")
    try ("first\n" + (1...HistoryFile.limit).map { "old \($0)\n" }.joined())
      .write(toFile: path, atomically: false, encoding: .utf8)
    DispatchQueue.concurrentPerform(iterations: 8) { [path] writer in
      let file = HistoryFile(path: path)
      for number in 0..<50 {
        do {
          if number % 10 == 5 { _ = try file.load() }
          try file.append("writer \(writer) cell \(number)")
        } catch {
          Issue.record(error)
        }
      }
    }
    let cells = Set(try file.load())
    for writer in 0..<8 {
      for number in 0..<50 { #expect(cells.contains("writer \(writer) cell \(number)")) }
    }
  }

  @Test func promptKeepsItsCells() throws {
    let first = try demo(["--history", path])
    try first.run("f(" + Key.enter + "1)")
    try first.send("quit" + Key.enter)
    #expect(try first.waitForExit() == .code(0))
    let second = try demo(["--history", path])
    try second.send(Key.up)
    try second.waitForScreen("> f(\n.   1)")
    try second.run("")
    #expect(try file.load() == ["f(\n  1)"])
  }
}
