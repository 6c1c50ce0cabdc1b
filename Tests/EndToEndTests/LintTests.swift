// `ranklab lint`: what it prints and how it ends.
import TestSupport
import Testing

@Suite struct LintTests {
  private let sound = "LoraConfig(r=64, lora_alpha=16, target_modules=\"all-linear\")\n"
  private let hot = "LoraConfig(r=64, lora_alpha=64, use_rslora=True)\n"

  @Test func zeroForNothingButNotes() throws {
    let bench = try Bench()
    try bench.write(sound, to: "train.py")
    try bench.write("print(1)\n", to: "other.py")
    let result = try bench.run(["lint", "train.py"])
    #expect(result.exit == .code(0) && result.errors == "")
    #expect(result.output.hasPrefix("train.py:1: LoraConfig\nmodule"))
    #expect(result.output.contains("\nall-linear  64     16  lora        0.25     4\n"))
    #expect(result.output.hasSuffix("\n\ntrain.py: no fault found\n"))
    let notes = try bench.run(["lint", "other.py", "train.py"])
    #expect(notes.exit == .code(0))
    #expect(notes.output.contains("note: no LoRA configuration was found"))
  }

  @Test func oneForAWarning() throws {
    let bench = try Bench()
    try bench.write(hot, to: "train.py")
    try bench.write(#"{"peft_type": "LORA", "r": 0, "lora_alpha": 8}"#, to: "adapter_config.json")
    let result = try bench.run(["lint", "train.py"])
    #expect(result.exit == .code(1) && result.errors == "")
    #expect(result.output.contains("\n\ntrain.py:1: warning: lora_alpha=64 equals r under rsLoRA"))
    #expect(result.output.hasSuffix("\n\ntrain.py: 1 warning\n"))
    let both = try bench.run(["lint", "train.py", "."])
    #expect(both.exit == .code(1))
    #expect(both.output.contains("error: `r` must be a whole number of at least 1; it is 0 [rank-invalid]"))
  }

  /// What was not read is no fault, and no silence either.
  @Test func zeroForWhatWasNotRead() throws {
    let bench = try Bench()
    try bench.write("cfg = LoraConfig(**kw)\n", to: "train.py")
    let result = try bench.run(["lint", "train.py"])
    #expect(result.exit == .code(0) && result.errors == "")
    #expect(result.output.contains("train.py:1: not read: `**kw`: `kw` is not set in this file;"))
    #expect(result.output.hasSuffix("train.py: no fault in what was read; not read: **kw\n"))
  }

  @Test func ratesComeFromTheCommandLine() throws {
    let bench = try Bench()
    try bench.write(sound, to: "train.py")
    #expect(try bench.run(["lint", "--lr", "2e-4", "train.py"]).exit == .code(0))
    let result = try bench.run(["lint", "--lr", "0.5", "train.py"])
    #expect(result.exit == .code(1) && result.output.contains("[learning-rate-high]"))
    #expect(try bench.run(["lint", "--lr", "0.5", "--optimizer", "sgd", "train.py"]).exit == .code(0))
    #expect(try bench.run(["lint", "--optimizer", "sdg", "train.py"]).exit == .code(64))
    #expect(try bench.run(["lint"]).exit == .code(64))
  }

  @Test func twoWhereAFileCannotBeRead() throws {
    let bench = try Bench()
    try bench.write(hot, to: "train.py")
    try bench.write("{", to: "adapter_config.json")
    let missing = try bench.run(["lint", "nowhere.py", "train.py"])
    #expect(missing.exit == .code(2))
    #expect(missing.errors.hasPrefix("error: there is no file `nowhere.py`"))
    #expect(missing.output.contains("[rslora-alpha-rank]"))
    #expect(try bench.run(["lint", "."]).exit == .code(2))
    #expect(try bench.run(["lint", "train.txt"]).exit == .code(2))
  }
}
