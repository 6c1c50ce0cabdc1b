// What all tests keep to, so that they hold on a busy machine and side by side.
import Foundation
import Testing

@Suite struct TestRulesTests {
  private func files(with pattern: String, inTexts: Bool = false) throws -> [String] {
    try SourceFile.tests().filter {
      (inTexts ? $0.text : $0.code).range(of: pattern, options: .regularExpression) != nil
    }.map(\.path)
  }

  @Test func oneFileReadsTheSwitchForNewExpectations() throws {
    #expect(
      try files(with: #"environment\["UPDATE_"#, inTexts: true) == ["Tests/TestSupport/ExpectedText.swift"])
  }

  /// A time that has passed proves nothing: tests wait for what they need.
  @Test func noTestSleeps() throws {
    // Kills and interrupts come at a moment; the demonstration prompt has a job to interrupt.
    #expect(
      try files(with: #"\b(u?sleep|nanosleep)\s*\(|Task\.sleep"#) == [
        "Tests/BreakSupport/Moment.swift", "Tests/EditorDemo/EditorDemo.swift",
      ])
  }

  /// A name that is written down is the same in two tests that run side by side, and for two users of a machine.
  @Test func noTestNamesATemporaryFile() throws {
    let pattern = #"["'`]/(tmp|var/tmp|dev/shm)/(?!ranklab-")"#
    #expect(try files(with: pattern, inTexts: true) == ["Tests/TestSupport/TemporaryFolder.swift"])
    for folder in ["Tests", "tutorials"] {
      let names = FileManager.default.enumerator(atPath: SourceFile.root.path + "/" + folder)?.allObjects
      let texts = (names ?? []).compactMap { $0 as? String }.filter { name in
        [".txt", ".md", ".rank"].contains { name.hasSuffix($0) }
      }
      #expect(!texts.isEmpty)
      for name in texts {
        let text = try String(contentsOfFile: "\(SourceFile.root.path)/\(folder)/\(name)", encoding: .utf8)
        #expect(text.range(of: pattern, options: .regularExpression) == nil, "\(folder)/\(name)")
      }
    }
  }
}
