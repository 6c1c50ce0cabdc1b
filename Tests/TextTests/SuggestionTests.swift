// Did you mean.
import Testing
import Text

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("tsak", ["task", "mask"], "task"), ("LORA", ["lora", "loro"], "lora"), ("trian", ["train"], "train"),
    ("plto", ["plot"], "plot"), ("lr", ["r", "lr2"], "r"),
    ("learn", ["r", "learning_rate"], "learning_rate"),
    ("lerning_rate", ["learning_rate"], "learning_rate"), ("lora_alphas", ["lora_alpha"], "lora_alpha"),
    ("bat", ["cat", "hat"], "cat"), ("schedules", ["sched", "schedule"], "schedule"),
    ("ranke", ["Rank"], "Rank"),
  ])
  func close(name: String, candidates: [String], expected: String) {
    #expect(Suggestion.closest(to: name, among: candidates) == expected)
  }

  @Test(arguments: [
    ("x", ["y", "z"]), ("", ["a"]), ("abc", []), ("steps", ["optimizer"]), ("le", ["learning_rate"]),
    ("task", ["task"]),
    ("tusk", ["mark"]),
  ])
  func nothingClose(name: String, candidates: [String]) {
    #expect(Suggestion.closest(to: name, among: candidates) == nil)
  }

  @Test func pastedTextIsNotCompared() {
    #expect(Suggestion.closest(to: String(repeating: "a", count: 100_000), among: ["aaa"]) == nil)
  }
}
