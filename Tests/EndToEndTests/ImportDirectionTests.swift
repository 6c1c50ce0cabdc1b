// Modules import in one direction, and keep to the rules of the code.
import Foundation
import Testing

@Suite struct ImportDirectionTests {
  /// What each module may import, with all that those may.
  private static let table: [String: [String]] = [
    "Text": [],
    "CEditLine": [],
    "LineEditor": ["CEditLine", "Text"],
    "Signals": [],
    "Storage": ["Signals"],
    "CVector": [], "Kernels": ["CVector", "Signals"],
    "CFiles": [],
    "TensorFile": ["CFiles", "Fields", "Signals", "Text"],
    "Fields": [],
    "Adapters": ["Kernels", "Storage", "Fields", "Text"],
    "Models": ["Adapters"],
    "Training": ["Models"],
    "Analysis": ["Training"],
    "Interchange": ["Training", "TensorFile"],
    "Language": ["Fields", "Text"],
    "Display": ["Signals", "Text"],
    // The language knows nothing of LoRA.
    "Interpreter": ["Language", "Display", "Fields", "Signals"],
    "Laboratory": ["Interpreter", "Analysis", "Interchange"],
    "Workbench": ["Laboratory"],
    "Notebook": ["Interpreter"],
    "ranklab": ["Notebook", "Workbench", "LineEditor"],
  ]

  /// Modules of the system (one C library on each); Foundation where files are touched.
  private static let system: Set = ["Glibc", "Musl", "Darwin", "Synchronization", "Dispatch"]
  private static let touchFiles: Set = [
    "TensorFile", "Interchange", "Laboratory", "Workbench", "Notebook", "ranklab",
  ]

  private static func allowed(_ module: String) -> Set<String> {
    (table[module] ?? []).reduce(into: []) { $0.formUnion(allowed($1).union([$1])) }
  }

  @Test func theTableNamesEveryModule() throws {
    #expect(try SourceFile.modules() == Self.table.keys.sorted())
    #expect(try SourceFile.all().count > 150)
  }

  @Test func modulesImportOnlyWhatTheyMay() throws {
    for file in try SourceFile.all() {
      var allowed = Self.allowed(file.module).union(Self.system)
      if Self.touchFiles.contains(file.module) { allowed.insert("Foundation") }
      if file.module == "ranklab" { allowed.insert("ArgumentParser") }
      for name in file.imports {
        #expect(allowed.contains(name), "\(file.path) imports \(name)")
      }
    }
  }

  /// The dependencies of each module in Package.swift.
  private func declared() throws -> [String: Set<String>] {
    let text = try String(
      contentsOf: SourceFile.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    var result: [String: Set<String>] = [:]
    let name = /"(\w+)"/
    for match in text.matches(of: /\bmodule\(\s*"(\w+)"(?:\s*,\s*\[([^\]]*)\])?/) {
      result[String(match.1)] = Set((match.2 ?? "").matches(of: name).map { String($0.1) })
    }
    for match in text.matches(of: /\n    \.(?:target|executableTarget)\(\s*name:\s*"(\w+)"/) {
      // The target ends where the next line of its indentation begins.
      let rest = text[match.range.upperBound...]
      let body = rest[..<(rest.firstMatch(of: /\n    \S/)?.range.lowerBound ?? rest.endIndex)]
      let list = body.firstMatch(of: /dependencies:\s*\[([^\]]*)\]/)?.1 ?? ""
      // `.product(name: …, package: …)` names a package, too.
      let names = list.replacing(/package:\s*"[^"]*"/, with: "").matches(of: name)
      result[String(match.1)] = Set(names.map { String($0.1) })
    }
    return result
  }

  @Test func thePackageDeclaresWhatIsImported() throws {
    let declared = try declared()
    for (module, names) in declared where Self.table[module] != nil {
      let allowed = Self.allowed(module).union(module == "ranklab" ? ["ArgumentParser"] : [])
      #expect(names.subtracting(allowed) == [], "\(module) depends on what it may not import")
    }
    for file in try SourceFile.all() {
      let names = try #require(declared[file.module], "\(file.module) is not in Package.swift")
      let own = Set(file.imports).intersection(Self.table.keys)
      #expect(own.subtracting(names) == [], "\(file.path) imports what its module does not depend on")
    }
    #expect(declared["Workbench"]?.contains("Analysis") == true)
    #expect(declared["ranklab"]?.contains("ArgumentParser") == true)
  }

  /// The history, and the terminal's own input opened a second time.
  private static let filesOfTheEditor: Set = [
    "Sources/LineEditor/HistoryFile.swift", "Sources/LineEditor/LockedFile.swift",
    "Sources/LineEditor/TerminalInput.swift",
  ]

  @Test func fewModulesTouchFiles() throws {
    let pattern =
      #"\bFileManager\b|\bFileHandle\b|\bfopen\b|\bopendir\b|\bmkdir\b|\bunlink\b|\bcontentsOfFile:|"#
      + #"\b(Data|String)\(contentsOf|\.write\(to|\bfileURLWithPath\b|\bopen\([^)]*\bO_[A-Z]+|\bopen\(\w*[pP]ath"#
    var found: Set<String> = []
    for file in try SourceFile.all() {
      let places = file.places(of: pattern)
      if !places.isEmpty { found.insert(file.module) }
      if Self.touchFiles.contains(file.module) || Self.filesOfTheEditor.contains(file.path) { continue }
      #expect(places == [])
    }
    // The pattern does find what it is meant for.
    #expect(found.isSuperset(of: ["TensorFile", "Interchange", "Laboratory", "ranklab", "LineEditor"]))
  }

  @Test func nothingIsForced() throws {
    for file in try SourceFile.all() {
      #expect(file.places(of: #"\btry!"#) == [])
      #expect(file.places(of: #"\bas!"#) == [])
      #expect(file.places(of: #"[\w)\]}>"`]!(?!=)"#) == [])
    }
  }

  /// What `scripts/embedded` compiles; names that C would see, or code that callers take over, would clash where the
  /// arithmetic stands in a program several times.
  @Test func theArithmeticNeedsNoSystem() throws {
    for file in try SourceFile.all() where ["Kernels", "Signals"].contains(file.module) {
      #expect(Set(file.imports).isSubset(of: ["CVector", "Signals"]), "\(file.path)")
      #expect(file.places(of: #"\bany [A-Z]|@_?cdecl|@_silgen_name|@_alwaysEmitIntoClient"#) == [])
    }
  }

  @Test func onlyTheBufferIsUnchecked() throws {
    let places = try SourceFile.all().flatMap {
      $0.places(of: #"@unchecked|nonisolated\(unsafe\)|@preconcurrency"#)
    }
    #expect(places.count == 1)
    #expect(places.first?.hasPrefix("Sources/Storage/Buffer.swift:") == true)
  }

  @Test func theCoreIsSynchronous() throws {
    let pattern =
      #"\)\s*async\b|\basync\s+(let|throws)\b|(^|[=(,:]|\breturn|\btry)\s*await\s+[\w(]|"#
      + #"\bTask(\.detached)?\s*\{|\bactor\s+\w+\s*[:{]|@MainActor|\bwithTaskGroup\b|\bwithChecked\w+Continuation\b"#
    for file in try SourceFile.all() where file.module != "ranklab" {
      #expect(file.places(of: pattern) == [])
    }
  }

  @Test func onlyPackageAccess() throws {
    for file in try SourceFile.all() {
      #expect(
        file.places(of: #"\bpublic\b|\bopen (class|func|var)\b|@inlinable|@testable|@usableFromInline"#) == []
      )
    }
  }

  @Test func everyFileBeginsWithWhatItIs() throws {
    for file in try SourceFile.all() {
      let text = try String(contentsOf: SourceFile.root.appendingPathComponent(file.path), encoding: .utf8)
      #expect(text.hasPrefix("// "), "\(file.path)")
    }
  }

  @Test func scannerLeavesCodeOnly() {
    let source = ##"""
      let a = "try! \(b!.map { "as! \($0)" })" // x!
      /* try! /* as! */
      async */ let c = """
        import Foundation
        \(d)
        """
      let e = #"\(no) "quoted" \#(yes!)"# + "\"" + f!
      """##
    #expect(
      CodeScanner.code(of: source)
        == ##"""
        let a = "(b!.map { "($0)" })"

         let c = """

        (d)
        """
        let e = "(yes!)" + "" + f!
        """##.replacing("})\"\n", with: "})\" \n"))
  }
}
