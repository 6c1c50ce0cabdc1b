// Nothing of the user's is replaced that is not ours, cannot be read, or is too large to be looked at: every writer.
import Foundation
import Interpreter
import InterpreterSupport
import Language
import TestSupport
import Testing
import Workbench

/// What writes files: a cell, and the name that it writes.
struct Writer: CustomTestStringConvertible, Sendable {
  let cell: String
  let name: String
  /// Grids and `save_pretrained` have no `overwrite`.
  var hasOverwrite = true
  var writesFolder = false

  var testDescription: String { cell }

  private static let grid = "[lora(r=2)], seeds=1, steps=2, lr=[0.1]"

  static let all = [
    Writer(cell: "save(plot([1, 2]), \"x.svg\"", name: "x.svg"),
    Writer(cell: "save(plot([1, 2]), \"x.txt\"", name: "x.txt"),
    Writer(cell: "save(plot([1, 2]), \"x.csv\"", name: "x.csv"),
    Writer(cell: "save(run, \"x.json\"", name: "x.json"),
    Writer(cell: "save(run, \"x.csv\"", name: "x.csv"),
    Writer(cell: "save(c, \"x.json\"", name: "x.json"),
    Writer(cell: "save(map, \"x.svg\"", name: "x.svg"),
    Writer(cell: "save(map, \"x.json\"", name: "x.json"),
    Writer(cell: "save(logits(net, drift), \"x.safetensors\"", name: "x.safetensors"),
    Writer(cell: "save(session, \"x.rank\"", name: "x.rank"),
    Writer(cell: "compare(net, drift, \(grid), file=\"x.json\"", name: "x.json", hasOverwrite: false),
    Writer(
      cell: "stability(net, drift, lora(), r=[2], lr=[1], seeds=1, steps=2, file=\"x.json\"", name: "x.json",
      hasOverwrite: false),
    Writer(
      cell: "stability(net, drift, [lora()], r=[2], seeds=1, steps=2, file=\"x.json\"", name: "x.json",
      hasOverwrite: false),
    Writer(cell: "save(m, \"x\"", name: "x", writesFolder: true),
    Writer(cell: "save(run.adapter, \"x\"", name: "x", writesFolder: true),
    Writer(cell: "save(net, \"x\"", name: "x", writesFolder: true),
    Writer(cell: "m.save_pretrained(\"x\"", name: "x", hasOverwrite: false, writesFolder: true),
    Writer(cell: "net.save_pretrained(\"x\"", name: "x", hasOverwrite: false, writesFolder: true),
    Writer(
      cell: "train(m, drift, steps=2, output_dir=\".\"", name: "checkpoint-2", hasOverwrite: false,
      writesFolder: true),
    Writer(
      cell: "pretrain(net, drift, steps=2, output_dir=\".\"", name: "checkpoint-2", hasOverwrite: false,
      writesFolder: true),
    Writer(cell: "export(t, \"x.py\"", name: "x.py"),
    Writer(cell: "export(t, \"x.py\"", name: "x_data.jsonl"),
  ]
}

/// What stands in the way.
enum Obstacle: CaseIterable {
  case foreign, tooLarge, unreadable

  /// Puts it there; gives what must stay as it is.
  func place(_ path: String, writesFolder: Bool) throws -> () -> Bool {
    switch self {
    case .foreign where writesFolder:
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      for name in ["config.json", "adapter_config.json"] {
        try Data("precious".utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
      }
      return {
        (try? String(contentsOfFile: path + "/adapter_config.json", encoding: .utf8)) == "precious"
          && (try? String(contentsOfFile: path + "/config.json", encoding: .utf8)) == "precious"
      }
    case .foreign:
      try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
      return { (try? String(contentsOfFile: path, encoding: .utf8)) == "precious" }
    case .tooLarge:
      // No disk has these bytes: the file is one hole.
      let size = off_t(1) << 40
      try Data("{\"format\": \"ranklab run 2\"".utf8).write(to: URL(fileURLWithPath: path))
      #expect(truncate(path, size) == 0)
      return {
        var status = stat()
        return stat(path, &status) == 0 && status.st_size == size
      }
    case .unreadable:
      // The super-user reads everything; nobody reads a link that leads to itself.
      try FileManager.default.createSymbolicLink(
        atPath: path, withDestinationPath: (path as NSString).lastPathComponent)
      return { (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil }
    }
  }
}

@Suite struct ReplacementTests {
  private static let setup = """
    net = mlp([8, 8], seed=0); drift = teacher(net); m = attach(net, lora(r=2)); run = train(m, drift, steps=2)
    c = compare(net, drift, [lora(r=2)], seeds=1, steps=2); map = stability(net, drift, lora(), r=[2], lr=[1], seeds=1, steps=2)
    t = attach(transformer(layers=1, width=16, heads=2, context=8, vocab=16), lora(r=2))
    train(t, language(1, vocab=16), steps=2)
    """

  @Test(arguments: Writer.all)
  func nothingForeignIsReplaced(_ writer: Writer) throws {
    for obstacle in Obstacle.allCases {
      let files = try TemporaryFolder()
      let session = Session(environment: Environment(workingFolder: files.path))
      let before = session.execute(Source(Self.setup)) { _ in }
      #expect(before.diagnostic == nil)
      let isAsItWas = try obstacle.place("\(files.path)/\(writer.name)", writesFolder: writer.writesFolder)
      let names = try FileManager.default.contentsOfDirectory(atPath: files.path)
      let result = session.execute(Source(writer.cell + ")")) { _ in }
      let message = result.diagnostic?.rendered(unicode: false) ?? "no error"
      #expect(result.diagnostic != nil && isAsItWas(), "\(obstacle): \(message)")
      #expect(message.contains("`\(writer.name)`"), "\(obstacle): \(message)")
      if writer.hasOverwrite { #expect(message.contains("overwrite=True"), "\(obstacle): \(message)") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: files.path) == names, "\(obstacle)")
      // What is overwritten knowingly is.
      if writer.hasOverwrite, obstacle != .unreadable {
        let result = session.execute(Source(writer.cell + ", overwrite=True)")) { _ in }
        #expect(result.diagnostic == nil && (!isAsItWas() || writer.cell.contains("export")), "\(obstacle)")
      }
    }
  }

  /// Where the working folder is gone, nothing is read or written by a relative path: least of all at the root.
  @Test(
    arguments: Writer.all.map(\.cell) + [
      "load(\"x\"", "load(\"x.safetensors\"", "load_adapter(net, \"x\"", "doctor(\"x\"",
      "load_tokenizer(\"x\"", "text(\"x\"",
      "jsonl(\"x\"", "lint(\"x.json\"", "lint(\"x.py\"",
    ])
  func theWorkingFolderIsGone(_ cell: String) throws {
    for isKnown in [true, false] {
      let files = try TemporaryFolder()
      let folder = files.path + "/gone"
      let session = Session(environment: Environment(workingFolder: isKnown ? folder : ""))
      session.execute(Source(Self.setup)) { _ in }
      let result = session.execute(Source(cell + ")")) { _ in }
      #expect(result.diagnostic?.title == "the folder in which ranklab was started is gone")
      #expect(try FileManager.default.contentsOfDirectory(atPath: files.path) == [])
    }
  }

  /// A command that takes a path either writes, and is in the table above, or is known to read alone.
  @Test func everyWriterIsInTheTable() {
    let reading: Set = [
      "load", "load_tokenizer", "jsonl", "text", "AutoModelForCausalLM.from_pretrained",
      "AutoTokenizer.from_pretrained",
      "FastLanguageModel.from_pretrained", "PeftModel.from_pretrained", "TrainingArguments", "SFTConfig",
    ]
    let taking = CommandTable.standard.all.filter { command in
      command.parameters.contains { if case .path = $0.kind { true } else { false } }
    }
    let writing = Set(taking.map(\.name)).subtracting(reading)
    #expect(writing == ["save", "export", "compare", "stability", "train", "pretrain"])
    for name in writing { #expect(Writer.all.contains { $0.cell.hasPrefix(name + "(") }, "\(name)") }
  }
}
