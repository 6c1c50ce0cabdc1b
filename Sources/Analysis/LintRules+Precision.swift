// Rules about number formats and the trainer.

extension LintRules {
  static let precision: [LintRule] = [scaler, bothFormats, hiddenNaN, tokenizer, warmupRatio]

  private static let scaler = LintRule(
    "fp16-no-scaler", "training in fp16 without a gradient scaler",
    source: "PyTorch torch.amp.GradScaler; transformers#25021"
  ) { subject in
    guard subject.training.fp16 == true, subject.training.hasScaler == false else { return [] }
    return [
      LintRule.Fault(
        .warning, "fp16 is trained without a gradient scaler",
        why:
          "fp16 ends at 65504 and loses gradients below 6e-8: they vanish or become infinite, whatever the rank is.",
        do:
          "Put GradScaler around the step (scale the loss, unscale_ before clipping, step, update), or use bf16, which "
          + "needs none. Hugging Face's Trainer has one with fp16=True.")
    ]
  }

  private static let bothFormats = LintRule(
    "fp16-and-bf16", "fp16 and bf16 at once", source: "transformers TrainingArguments"
  ) { subject in
    guard subject.training.fp16 == true, subject.training.bf16 == true else { return [] }
    return [
      LintRule.Fault(
        .error, "fp16 and bf16 are both asked for",
        why: "The trainer takes one of them and raises a ValueError.",
        do: "Write bf16=True where the GPU has it, fp16=True on a T4 or V100.")
    ]
  }

  private static let hiddenNaN = LintRule(
    "nan-hidden", "fp16 training whose log hides losses that are not finite",
    source: "transformers TrainingArguments.logging_nan_inf_filter; huggingface/trl#6702"
  ) { subject in
    guard subject.training.fp16 == true, subject.training.hidesNonFinite == true else { return [] }
    return [
      LintRule.Fault(
        .note, "a NaN loss would not show in the Trainer's log",
        why:
          "logging_nan_inf_filter is True by default and puts the running mean in its place: a lost run looks smooth.",
        do: "Write logging_nan_inf_filter=False.")
    ]
  }

  private static let tokenizer = LintRule(
    "trainer-tokenizer", "a trainer that is given the removed argument `tokenizer`",
    source: "TRL SFTTrainer.processing_class"
  ) { subject in
    guard let trainer = subject.training.tokenizerArgumentOf else { return [] }
    let hasPatch = subject.training.usesUnsloth
    return [
      LintRule.Fault(
        hasPatch ? .note : .warning, "`\(trainer)` of a current TRL has no argument `tokenizer`",
        why: hasPatch
          ? "Unsloth's patch of the constructor still takes it; without Unsloth it is a TypeError."
          : "It was renamed; the call raises a TypeError.",
        do: "Write processing_class=tokenizer.")
    ]
  }

  private static let warmupRatio = LintRule(
    "warmup-ratio", "the removed argument `warmup_ratio`",
    source: "transformers 5 TrainingArguments.warmup_steps"
  ) { subject in
    guard subject.training.usesWarmupRatio else { return [] }
    return [
      LintRule.Fault(
        .note, "transformers 5 has no `warmup_ratio`",
        why: "warmup_steps took its place: from 1 on it counts steps, below 1 it is a share of all steps.",
        do: "Write warmup_steps=0.03 for 3 %.")
    ]
  }
}
