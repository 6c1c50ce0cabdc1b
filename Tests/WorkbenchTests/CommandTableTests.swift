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
    // Examples that read a file read one of the repository's.
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let session = Session(environment: Environment(workingFolder: folder))
    let files = try TemporaryFolder()
    var isSilent = true
    let result = session.execute(Source(Self.moved(command.example, to: files))) { _ in isSilent = false }
    let message = result.diagnostic?.rendered(unicode: false) ?? ""
    #expect(result.diagnostic == nil, "\(message)")
    #expect(!result.wasInterrupted)
    #expect(!isSilent || command.result == "nothing")
  }

  /// An example with what it writes in a folder of the test's: no two tests share a file.
  private static func moved(_ example: String, to files: TemporaryFolder) -> String {
    example.replacing("/tmp/ranklab-", with: files.path + "/")
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
      let result = Session().execute(Source(Self.moved(method.example, to: files))) { _ in }
      let message = result.diagnostic?.rendered(unicode: false) ?? ""
      #expect(!method.example.isEmpty && result.diagnostic == nil, "\(method.name): \(message)")
    }
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
