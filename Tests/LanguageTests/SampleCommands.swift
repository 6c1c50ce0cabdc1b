// The table of commands that the tests parse with.

let sampleCommands: Set<String> = [
  "apropos", "attach", "compare", "example", "forget", "get_peft_model", "help", "load", "lora", "LoraConfig",
  "logspace", "mean", "min", "mlp", "plot", "print", "quit", "pretrain", "rslora", "save", "scaling", "show",
  "stability",
  "threads", "time", "train", "transformer", "tune",
]
