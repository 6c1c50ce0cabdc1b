// What a newcomer reads first says what it is: the front pages of the sources, and the links between pages.
import Foundation
import Testing

@Suite struct DocumentationTests {
  /// Front pages that docs/architecture.md does not lead to by itself: the main types of each module.
  private static let mainTypes = [
    "Adapters/AdapterField", "Adapters/LoRAConfiguration+Fields", "Adapters/ModuleMatching",
    "Adapters/Starts/AdapterStart", "Adapters/Starts/DrawnStarts", "Adapters/Starts/OLoRAStart",
    "Adapters/Starts/PiSSAStart",
    "Analysis/FirstStep", "Analysis/Frontier", "Analysis/Lint", "Analysis/LintFinding",
    "Analysis/LintSubject", "Analysis/MemoryEstimate", "Analysis/ScalingTheory", "Analysis/Tuning",
    "Display/Curve", "Display/HeatMap", "Display/Page", "Display/RenderOptions",
    "Interchange/Adapters/PEFTConfiguration", "Interchange/Forms/HubForm", "Interchange/PretrainingCache",
    "Interchange/Tokenizer/Tokenizer",
    "Interpreter/Commands/CommandTable", "Interpreter/Values/Scope",
    "Kernels/Activations", "Kernels/Attention", "Kernels/Dropout", "Kernels/LayerNormalization",
    "Kernels/Losses", "Kernels/Normalization", "Kernels/Panels", "Kernels/Reductions", "Kernels/Rotary",
    "Kernels/SingularValues",
    "Laboratory/Objects/AdapterObject", "Laboratory/Objects/ModelObject", "Laboratory/Objects/ObjectField",
    "Language/Lexer", "Language/Source", "Language/Syntax", "Language/SyntaxError", "Language/Token",
    "LineEditor/HistoryFile",
    "Models/AdapterSet", "Models/AdapterStart", "Models/Architecture", "Models/BaseWeights", "Models/Batch",
    "Models/FrozenMatrix", "Models/Operation", "Models/Provenance", "Models/TransformerShape",
    "TensorFile/TensorCollection", "TensorFile/TensorData",
    "Text/SafeText", "Text/Suggestion",
    "Training/MarkovLanguage", "Training/OptimizerSettings", "Training/Probe", "Training/Prober",
    "Training/Schedule", "Training/TeacherTask", "Training/TrainingData", "Training/TrainingOption",
  ].map { "Sources/\($0).swift" }

  /// The links of a page that name files of the repository, from the folder of the repository.
  private static func links(of page: String) throws -> [String] {
    let url = SourceFile.root.appendingPathComponent(page)
    let text = try String(contentsOf: url, encoding: .utf8)
    return text.matches(of: /\]\(([^)#\s]+)/).map { String($0.1) }.filter { !$0.contains("://") }.map {
      let target = url.deletingLastPathComponent().appendingPathComponent($0).standardizedFileURL.path
      let root = SourceFile.root.standardizedFileURL.path + "/"
      return target.hasPrefix(root) ? String(target.dropFirst(root.count)) : target
    }
  }

  /// The main types, each file that docs/architecture.md leads to, and all files of the folders within modules.
  private static func frontPages() throws -> Set<String> {
    let files = try SourceFile.all().map(\.path)
    let linked = try links(of: "docs/architecture.md").filter { $0.hasPrefix("Sources/") }
    let folders = linked.filter { $0.split(separator: "/").count > 2 }.map { $0 + "/" }
    return Set(mainTypes).union(
      files.filter { file in linked.contains(file) || folders.contains { file.hasPrefix($0) } })
  }

  @Test func linksLeadToFiles() throws {
    let docs = try FileManager.default.contentsOfDirectory(
      atPath: SourceFile.root.appendingPathComponent("docs").path)
    let pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + docs.map { "docs/\($0)" }
    var count = 0
    for page in pages where page.hasSuffix(".md") {
      for target in try Self.links(of: page) {
        count += 1
        let path = SourceFile.root.appendingPathComponent(target).path
        #expect(FileManager.default.fileExists(atPath: path), "\(page) leads to \(target)")
      }
    }
    #expect(count > 80)
  }

  /// Each type and function that is not private to its file, and each initialiser that may fail, has a doc comment of its
  /// own, or is what a protocol asks for and documents.
  @Test func frontPagesSayWhatTheyHold() throws {
    let declarations = try SourceFile.all().map { ($0.path, $0.declarations) }
    let asked = Set(
      declarations.flatMap(\.1).filter { $0.kind == .requirement && $0.isDocumented }.map(\.name))
    let pages = try Self.frontPages()
    #expect(pages.count > 150)
    #expect(pages.subtracting(declarations.map(\.0)) == [])
    for (path, declarations) in declarations where pages.contains(path) {
      for declaration in declarations where !declaration.isDocumented && !declaration.isPrivate {
        switch declaration.kind {
        case .initializer where !declaration.canFail: break
        case .initializer, .function: if asked.contains(declaration.name) { break } else { fallthrough }
        case .type, .requirement:
          Issue.record("\(path):\(declaration.line): `\(declaration.name)` has no doc comment")
        }
      }
    }
  }

  @Test func declarationsAreFound() {
    let source = """
      /// A.
      package protocol Asked: Sendable {
        func plain()
        /// Gives it.
        func give(_ value: Int, to other: [Int], by body: (Int) throws -> Void)
      }

      private struct Hidden {
        func inside() {
          func local() {}
        }
      }

      extension Asked {
        /// Nil for 0.
        @discardableResult
        package init?(literal: String) {}
        static func == (a: Self, b: Self) -> Bool { true }
        init(
          to value: Int
        ) throws {}
        enum Kind: String { case one, two }
        let text = "struct Text {"
      }
      """
    let found = SourceFile.declarations(code: CodeScanner.code(of: source), text: source)
    #expect(
      found.map { "\($0.kind) \($0.name)\($0.isPrivate ? " private" : "")\($0.isDocumented ? " ///" : "")" }
        == [
          "type Asked ///", "requirement plain()", "requirement give(_:to:by:) ///", "type Hidden private",
          "function inside() private", "initializer init?(literal:) ///", "function ==(a:b:)",
          "initializer init(to:)", "type Kind",
        ])
    #expect(found.map(\.canFail) == [false, false, false, false, false, true, false, true, false])
  }
}
