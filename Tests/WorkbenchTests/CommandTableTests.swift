// The table of commands keeps its promises: complete entries, distinct names, examples that run.
import Fields
import Foundation
import Interpreter
import InterpreterSupport
import Language
import TestSupport
import Testing
import Workbench

@Suite struct CommandTableTests {
  static let commands = CommandTable.standard.all

  @Test(arguments: commands.map(\.name))
  func entryIsComplete(_ name: String) throws {
    let command = try #require(CommandTable.standard.named(name))
    #expect(!command.meaning.isEmpty && command.meaning.hasSuffix("."))
    #expect(!command.meaning.contains("\n"))
    #expect(!command.result.isEmpty)
    #expect(!command.example.isEmpty)
    for parameter in command.parameters {
      #expect(!parameter.meaning.isEmpty && !parameter.meaning.contains("\n"), "\(parameter.name)")
      #expect(
        parameter.kind.choices.allSatisfy { !$0.word.isEmpty && !$0.meaning.isEmpty }, "\(parameter.name)")
      if case .absent(let meaning) = parameter.defaultValue { #expect(!meaning.isEmpty, "\(parameter.name)") }
    }
    let labels = command.parameters.flatMap { [$0.name] + $0.aliases }
    #expect(Set(labels).count == labels.count)
    #expect(command.parameters.filter(\.isVariadic).count <= 1)
  }

  @Test func namesAreDistinct() {
    let names = CommandTableTests.commands.map(\.name)
    #expect(Set(names).count == names.count)
  }

  /// The defaults of a command are values that it would take.
  @Test(arguments: commands.map(\.name))
  func defaultsAreTaken(_ name: String) throws {
    let command = try #require(CommandTable.standard.named(name))
    for parameter in command.parameters {
      #expect(parameter.takesItsDefault, "\(parameter.name)")
    }
  }

  @Test(arguments: commands.map(\.name))
  func exampleRuns(_ name: String) throws {
    let command = try #require(CommandTable.standard.named(name))
    // Examples that read a file read one of the repository's; others have a folder of their own.
    let files = try TemporaryFolder()
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let folder = command.exampleReadsFiles ? repository : files.path
    let session = Session(environment: Environment(workingFolder: folder))
    var isSilent = true
    let result = session.execute(Source(command.example)) { _ in isSilent = false }
    let message = result.diagnostic?.rendered(unicode: false) ?? ""
    #expect(result.diagnostic == nil, "\(message)")
    #expect(!result.wasInterrupted)
    #expect(!isSilent || command.result == "nothing")
  }

  /// Methods of objects are entries too.
  @Test(arguments: [
    "linear(4, 4)",
    "Trainer(attach(transformer(layers=1, width=32, heads=2), lora()), train_dataset=language(1))",
  ])
  func methodExamplesRun(_ program: String) throws {
    let made = Session().execute(Source(program)) { _ in }.value
    guard case .object(let object as any MethodProvider) = made else {
      Issue.record("\(program) gives no object with methods")
      return
    }
    for method in object.methods {
      let files = try TemporaryFolder()
      let session = Session(environment: Environment(workingFolder: files.path))
      let result = session.execute(Source(method.example)) { _ in }
      let message = result.diagnostic?.rendered(unicode: false) ?? ""
      #expect(!method.example.isEmpty && result.diagnostic == nil, "\(method.name): \(message)")
    }
  }

  /// No example names a place that is the same for everybody on a machine.
  @Test func examplesNameNoFixedPlace() {
    for command in CommandTableTests.commands { #expect(!command.example.contains("\"/"), "\(command.name)") }
  }

  /// What an example writes goes into a folder that is made for it, and one that stays empty goes again.
  @Test func examplesWriteIntoAFolderOfTheirOwn() throws {
    let files = try TemporaryFolder()
    var made: [String] = []
    var removed: [String] = []
    let environment = Environment(
      workingFolder: files.path,
      makeFolder: {
        let path = "\(files.path)/own-\(made.count)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        made.append(path)
        return ScratchFolder(path: path) { removed.append(path) }
      })
    let session = Session(environment: environment)
    for name in ["save", "load_adapter", "mean"] {
      let result = session.execute(Source("example \(name)")) { _ in }
      #expect(result.diagnostic == nil)
    }
    #expect(made.count == 3 && removed == made)
    let names = try made.map { try FileManager.default.contentsOfDirectory(atPath: $0) }
    #expect(names == [["chart.svg"], ["adapter"], []])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: files.path).sorted() == ["own-0", "own-1", "own-2"])
  }

  @Test func exampleCommandRunsEachExample() {
    let session = Session(table: FakeCommands.table)
    session.execute(Source("a = 5")) { _ in }
    var texts: [String] = []
    session.execute(Source("example vars; a")) { texts.append(Transcript.text($0) ?? "") }
    #expect(texts.first == "  a = [1, 2]; vars")
    #expect(texts.last == "5")
  }

  @Test func helpNamesEveryCommand() {
    let session = Session()
    var text = ""
    for cell in ["?"] + CommandTable.standard.groups.map({ "help \"\($0.title.lowercased())\"" }) {
      session.execute(Source(cell)) { text += Transcript.text($0) ?? "" }
    }
    for command in CommandTableTests.commands {
      #expect(text.contains(String(command.name.prefix { $0 != "." })))
    }
  }

  @Test func dottedNamesBeginNoCommand() {
    let table = FakeCommands.table
    #expect(!table.names.contains("Auto.from_pretrained"))
    #expect(table.named("Auto.from_pretrained") != nil)
    #expect(table.named("nothing") == nil)
    #expect(table.members(of: "Auto").map(\.name) == ["Auto.from_pretrained"])
  }

  @Test func rangesSayTheirBounds() {
    let phrases: [(NumberRange, String)] = [
      (.any, ""), (.unbounded, ""), (.positive, "above 0"), (.notNegative, "at least 0"),
      (NumberRange(1, 5), "from 1 to 5"), (NumberRange(0, 1, excludesUpper: true), "at least 0 and below 1"),
      (NumberRange(0, 1, excludesLower: true), "above 0 and at most 1"),
      (NumberRange(-.greatestFiniteMagnitude, 2), "at most 2"),
      (NumberRange(-.greatestFiniteMagnitude, 2, excludesUpper: true), "below 2"),
    ]
    for (range, phrase) in phrases { #expect(range.phrase == phrase) }
    #expect(!NumberRange.any.contains(.nan) && !NumberRange.any.contains(.infinity))
    #expect(NumberRange.unbounded.contains(.nan) && NumberRange.unbounded.contains(-.infinity))
    #expect(!NumberRange.positive.contains(0) && NumberRange.notNegative.contains(0))
  }
}
