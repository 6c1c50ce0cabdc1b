// Everything that determines a run beside model and data: the settings, and the table of their options.
import Adapters
import Fields
import Kernels
package import Models
import Text

/// The options of a run. With the same model, data and settings a run is the same to the bit, but where `seconds` or the
/// user ends it.
///
/// A value only: the ranges stand in `options`, which commands check what a user gives against.
package struct TrainingSettings: Equatable, Sendable {
  /// T: how many updates the schedule is made for, at least 1.
  package var steps: Int
  /// lr, which the schedule's factor multiplies at each step; 0 trains nothing.
  package var learningRate: Double
  /// Sequences, or rows of a regression, of a batch.
  package var batch: Int
  /// Batches that make up a step: they go through the model one after another, and their gradients add up to that of the
  /// mean loss over the rows that count in all of them.
  package var accumulation: Int
  package var optimizer: OptimizerSettings
  package var schedule: Schedule
  /// First steps in which the rate rises linearly from 0; 0 has none.
  package var warmup: Int
  /// The gradient's largest global L2 norm; nil does not clip.
  package var clip: Double?
  /// α of NEFTune (Jain et al. 2023): in a step uniform noise in ±α/√(T·d) is added to the embeddings of T positions of
  /// width d; nil adds none. A perceptron has no embeddings.
  package var neftune: Double?
  /// What of the forward pass is kept; it changes no bit of a run.
  package var checkpointing: Checkpointing
  /// Draws A, the batches and the masks of dropout.
  package var seed: UInt64
  /// Steps between evaluations; 0 evaluates before the first and after the last step only.
  package var evalEvery: Int
  /// Whether a run that comes to its end leaves the parameters of its lowest evaluation in place of the last ones.
  package var loadBest: Bool
  /// Evaluations in a row without a fall after which the run ends; nil goes on.
  package var patience: Int?
  /// How far an evaluation must fall below the lowest before it to count as a fall.
  package var threshold: Double
  /// Stops after so many steps of a schedule made for `steps`; nil makes them all.
  package var stop: Int?
  /// Seconds from the beginning of the run after which no step is begun; nil has no bound.
  package var seconds: Double?
  /// Steps between probes of the adapter; 0 makes none.
  package var probeEvery: Int
  /// In which format products are computed, and in which style.
  package var precision: Precision

  package init(
    steps: Int, learningRate: Double, batch: Int = 8, accumulation: Int = 1,
    optimizer: OptimizerSettings = .adamw, schedule: Schedule = .constant, warmup: Int = 0,
    clip: Double? = nil, neftune: Double? = nil, checkpointing: Checkpointing = .off, seed: UInt64 = 0,
    evalEvery: Int = 0, loadBest: Bool = false, patience: Int? = nil, threshold: Double = 0,
    stop: Int? = nil, seconds: Double? = nil, probeEvery: Int = 0, precision: Precision = .fp32
  ) {
    self.steps = steps
    self.learningRate = learningRate
    self.batch = batch
    self.accumulation = accumulation
    self.optimizer = optimizer
    self.schedule = schedule
    self.warmup = warmup
    self.clip = clip
    self.neftune = neftune
    self.checkpointing = checkpointing
    self.seed = seed
    self.evalEvery = evalEvery
    self.loadBest = loadBest
    self.patience = patience
    self.threshold = threshold
    self.stop = stop
    self.seconds = seconds
    self.probeEvery = probeEvery
    self.precision = precision
  }

  /// Sequences, or rows of a regression, of all batches of a step.
  package var sequencesPerStep: Int { batch * accumulation }

  /// Steps that a run makes where nothing ends it early.
  package var stepsToMake: Int { min(steps, stop ?? steps) }

  /// Steps after which a run's trace has a point: each eighth of the schedule, wherever the run ends, so that a run that is
  /// cut and its repetition have the same trace.
  var tracedSteps: Set<Int> {
    Set((1..<8).map { k in steps / 8 * k + steps % 8 * k / 8 }.filter { $0 > 0 })
  }

  /// The defaults of `train`.
  package static let standard = TrainingSettings(steps: 200, learningRate: 2e-3)
  /// The defaults of `pretrain`.
  package static let pretraining = TrainingSettings(
    steps: 1500, learningRate: 2e-3, schedule: .cosine, warmup: 50)
  /// The defaults of transformers 5.23, its steps apart.
  package static let ofTransformers = TrainingSettings(
    steps: 1, learningRate: 5e-5, schedule: .linear, clip: 1, seed: 42)
}

extension TrainingSettings {
  private static let largestWhole = 0x1p53

  /// All options of training, in the order of the arguments of `train`.
  package static let options: [TrainingOption] = [
    TrainingOption(
      "steps",
      synonyms: [
        "max_steps", "num_steps", "iterations", "iters", "num_iterations", "epochs", "num_train_epochs",
      ],
      .whole(NumberRange(1, 1e9)), unit: "steps", "number of steps", .size, isInEveryFile: true, at: \.steps),
    TrainingOption(
      "lr", aliases: ["learning_rate"], synonyms: ["learning_rates", "rate", "lrs"],
      .number(NumberRange(0, 1e6)), "learning rate", .rate, .cell, isInEveryFile: true,
      trainer: [
        TrainerField("learning_rate", .number(NumberRange(0, 1e6)), "learning rate", at: \.learningRate)
      ], at: \.learningRate),
    TrainingOption(
      "batch", synonyms: ["batch_size", "per_device_train_batch_size", "train_batch_size", "bs"],
      .whole(NumberRange(1, 1e6)), unit: "sequences", "sequences, or rows, a batch", .size,
      isInEveryFile: true, at: \.batch
    ) { "batch \($0)" },
    TrainingOption(
      "accumulate", aliases: ["gradient_accumulation_steps"],
      synonyms: ["grad_accum", "accumulation", "accumulation_steps", "accumulate_grad_batches"],
      .whole(NumberRange(1, 1e6)), unit: "batches",
      "batches that make up a step, in the memory of one; the loss is the mean over all tokens of the step",
      isPositional: false, .size, repetition: .whereSet,
      trainer: [
        TrainerField(
          "gradient_accumulation_steps", .whole(NumberRange(1, 1e6)), unit: "batches",
          "batches that make up a step, in the memory of one", at: \.accumulation)
      ], at: \.accumulation
    ) { $0 == 1 ? nil : "accumulation \($0)" },
    TrainingOption(
      "optimizer", synonyms: ["optim", "optimiser"],
      .choice([
        Choice("adamw", "Adam with decoupled weight decay"),
        Choice("sgd", "gradient descent, with momentum if given"),
      ]), "the optimiser", .optimizer, isInEveryFile: true, at: \.optimizer.kind),
    TrainingOption(
      "momentum", .number(.share), "of sgd", .optimizer, of: .optimizer(.sgd), isInEveryFile: true,
      at: \.optimizer.momentum
    ) { $0 == 0 ? "no momentum" : "momentum \(shortest($0))" },
    TrainingOption(
      "betas", .numbers(.share, count: 2), "of adamw", .optimizer, of: .optimizer(.adamw),
      isInEveryFile: true,
      trainer: [
        TrainerField("adam_beta1", .number(.share), "of adamw", at: \.optimizer.beta1),
        TrainerField("adam_beta2", .number(.share), "of adamw", at: \.optimizer.beta2),
      ], at: \.optimizer.betas
    ) { $0 == OptimizerSettings.adamw.betas ? nil : "betas \($0.map(shortest).joined(separator: ", "))" },
    TrainingOption(
      "eps", .number(.positive), "of adamw", .optimizer, of: .optimizer(.adamw), isInEveryFile: true,
      trainer: [TrainerField("adam_epsilon", .number(.positive), "of adamw", at: \.optimizer.epsilon)],
      at: \.optimizer.epsilon
    ) { $0 == OptimizerSettings.adamw.epsilon ? nil : "eps \(shortest($0))" },
    TrainingOption(
      "weight_decay", synonyms: ["wd", "decay", "l2"], .number(.notNegative),
      "0 as in the Hugging Face Trainer, which leaves out biases and norms as it is done here", .optimizer,
      isInEveryFile: true,
      trainer: [
        TrainerField("weight_decay", .number(.notNegative), "decoupled", at: \.optimizer.weightDecay)
      ],
      at: \.optimizer.weightDecay
    ) { $0 == 0 ? nil : "weight decay \(shortest($0))" },
    TrainingOption(
      "schedule", synonyms: ["lr_scheduler_type", "scheduler", "lr_schedule", "lr_scheduler"],
      .choice([
        Choice("constant", "the same rate at every step"), Choice("linear", "falls linearly to 0"),
        Choice("cosine", "falls to 0 along half a cosine"),
        Choice("polynomial", "falls to `lr_end` as what remains of the steps to the power of `power`"),
        Choice("inverse_sqrt", "falls as 1/√t on the scale of `timescale`"),
        Choice("ramp", "rises as (t + 1)/steps"),
      ]), "how the rate changes over the steps", .rate, isInEveryFile: true, at: \.schedule.kind
    ) { "\($0.rawValue) schedule" },
    TrainingOption(
      "power", .number(.positive), "of the polynomial schedule", isPositional: false, .rate,
      of: .schedule(.polynomial), repetition: .whereSet, at: \.schedule.power
    ) { $0 == 1 ? nil : "power \(shortest($0))" },
    TrainingOption(
      "lr_end", .number(NumberRange(0, 1e6)),
      "rate at which the polynomial schedule ends; a rate at or below it stays as it is", isPositional: false,
      .rate, of: .schedule(.polynomial), repetition: .whereSet, at: \.schedule.end
    ) { $0 == 1e-7 ? nil : "to \(shortest($0))" },
    TrainingOption(
      "timescale", .whole(NumberRange(1, 1e9)), absence: "that of the warm-up, or 10,000 without one",
      unit: "steps", "of the inverse_sqrt schedule", isPositional: false, .rate,
      of: .schedule(.inverseSquareRoot), repetition: .whereSet, at: \.schedule.timescale
    ) { $0.map { "timescale \($0)" } },
    TrainingOption(
      "warmup", synonyms: ["num_warmup_steps"], .whole(.notNegative), unit: "steps",
      "steps of rising rate, from 0", .rate, isInEveryFile: true,
      trainer: [
        TrainerField(
          "warmup_steps", olderNames: ["warmup_ratio"], .number(.notNegative), unit: "steps",
          "steps of rising rate, or below 1 their share of all", isShare: true, at: \.warmup)
      ], at: \.warmup
    ) { $0 > 0 ? "warm-up \($0)" : nil },
    TrainingOption(
      "clip", synonyms: ["grad_clip", "gradient_clipping", "clip_grad"], .number(.positive),
      absence: "does not clip", "largest L2 norm of the gradient over all parameters", .gradient,
      trainer: [
        TrainerField(
          "max_grad_norm", .number(.notNegative), "largest L2 norm of the gradient; 0 does not clip",
          remarkOnZero: "no clipping", at: \.clipOrZero)
      ], at: \.clip
    ) { $0.map { "clip \(shortest($0))" } ?? "no clipping" },
    TrainingOption(
      "neftune", aliases: ["neftune_noise_alpha"], .number(.positive), absence: "adds none",
      "alpha of NEFTune: noise up to alpha/√(positions · width) on the embeddings of a step",
      isPositional: false, .run, repetition: .whereSet,
      trainer: [
        TrainerField(
          "neftune_noise_alpha", .number(.positive), absence: "no noise",
          "alpha of NEFTune's noise on the embeddings", at: \.neftune)
      ], at: \.neftune
    ) { $0.map { "NEFTune \(shortest($0))" } },
    TrainingOption(
      "checkpointing", aliases: ["gradient_checkpointing"],
      synonyms: ["activation_checkpointing", "use_gradient_checkpointing", "recompute", "remat"],
      .either([
        .choice([
          Choice("off", "all values of the forward pass are kept for the gradients"),
          Choice(
            "full",
            "the inputs of the layers are kept, the rest is computed again: the same bits in less memory"),
          Choice("unsloth", "as full, and the inputs stand in memory apart, as Unsloth offloads them"),
        ]), .bool,
      ]), "what is kept for the gradients; True is full, False is off", isPositional: false, .size,
      repetition: .whereSet,
      trainer: [
        TrainerField(
          "activation_checkpointing", olderNames: ["gradient_checkpointing"], .bool,
          "whether layers are computed again for their gradients: the same bits in less memory",
          at: \.recomputes)
      ], at: \.checkpointing
    ) {
      switch $0 {
      case .off: nil
      case .full: "gradient checkpointing"
      case .unsloth: "gradient checkpointing, inputs offloaded"
      }
    },
    TrainingOption(
      "seed", synonyms: ["random_state", "random_seed"], .whole(NumberRange(0, largestWhole)),
      "draws A, the batches and the dropout masks", .run, .cell, isInEveryFile: true,
      trainer: [
        TrainerField(
          "seed", .whole(NumberRange(0, largestWhole)), "draws A, the batches and the dropout masks",
          at: \.seed)
      ], at: \.seed
    ) { "seed \($0)" },
    TrainingOption(
      "eval_every", synonyms: ["eval_steps", "logging_steps"], .whole(.notNegative), unit: "steps",
      "steps between evaluations; 0 evaluates before and after only", .run, .oneRun, isInEveryFile: true,
      at: \.evalEvery),
    TrainingOption(
      "load_best", synonyms: ["load_best_model_at_end"], .bool,
      "whether a run that comes to its end leaves the parameters of its lowest evaluation; needs eval_every",
      isPositional: false, .run, .oneRun, repetition: .whereSet, at: \.loadBest
    ) { $0 ? "best evaluation kept" : nil },
    TrainingOption(
      "patience", aliases: ["early_stopping_patience"], .whole(NumberRange(1)), absence: "makes all steps",
      unit: "evaluations", "evaluations in a row without a fall after which the run ends; needs eval_every",
      isPositional: false, .run, .oneRun, repetition: .whereSet, at: \.patience
    ) { $0.map { "patience \($0)" } },
    TrainingOption(
      "threshold", aliases: ["early_stopping_threshold"], .number(.notNegative),
      "how far below the lowest an evaluation must be to count as a fall, for `patience`",
      isPositional: false, .run, .oneRun, repetition: .whereSet, at: \.threshold
    ) { $0 > 0 ? "threshold \(shortest($0))" : nil },
    TrainingOption(
      "stop", .whole(NumberRange(1)), absence: "makes all steps", unit: "steps",
      "steps after which the run stops; the schedule is that of all steps", .run, .oneRun,
      repetition: .whereSet, at: \.stop
    ) { $0.map { "stop after \($0)" } },
    TrainingOption(
      "seconds", .number(.positive), absence: "runs all steps", unit: "seconds", "bound on the time", .run,
      .bound, repetition: .never, at: \.seconds),
    TrainingOption(
      "probe_every", .whole(.notNegative), unit: "steps",
      "steps between probes of each adapted module: size, rank and direction of the update; 0 makes none",
      isPositional: false, .run, .oneRun, repetition: .whereSet, isInEveryFile: true, at: \.probeEvery),
    TrainingOption(
      "precision", synonyms: ["mixed_precision", "half_precision_backend", "dtype", "torch_dtype", "amp"],
      .choice([
        Choice("fp32", "nothing is rounded"), Choice("bf16", "8 bits of precision, the range of fp32"),
        Choice("fp16", "11 bits, from 6e-8 to 65504, with a loss scale as GradScaler's"),
      ]), "format of products; `precision` shows what is rounded", isPositional: false, .gradient,
      repetition: .whereSet,
      trainer: [
        TrainerField(
          "bf16", .bool, "products in bfloat16, as autocast; `precision` shows the roundings",
          at: \.precision.isBrain),
        TrainerField(
          "fp16", .bool, "products in float16, as autocast with GradScaler",
          at: \.precision.isHalf),
      ], at: \.precision.format
    ) { $0 == .fp32 ? nil : $0.rawValue },
    TrainingOption(
      "precision_style",
      .choice([
        Choice("autocast", "weights, norms and residual stream in fp32"),
        Choice("pure", "these in 16 bits, too, as Unsloth on a T4"),
      ]), "what of a format of 16 bits lies between the products", isPositional: false, .gradient,
      repetition: .whereSet, at: \.precision.style
    ) { $0 == .autocast ? nil : "\($0.rawValue) 16 bits" },
  ]

  /// Of that name. Asking for one that is not in the table is a programmer's error.
  package static func option(_ name: String) -> TrainingOption {
    guard let option = options.first(where: { $0.name == name }) else {
      preconditionFailure("training has no option `\(name)`")
    }
    return option
  }

  /// Takes over an option of other settings; of the optimiser's it takes all, as they belong together.
  package mutating func take(_ option: TrainingOption, from other: TrainingSettings) {
    if option.topic == .optimizer {
      optimizer = other.optimizer
    } else if let value = option.value(in: other) {
      option.set(value, in: &self)
    }
  }

  /// As transformers states it; what it does not tell apart stays as it is.
  private var recomputes: Bool {
    get { checkpointing != .off }
    set { if newValue != recomputes { checkpointing = newValue ? .full : .off } }
  }

  /// As transformers states it: 0 does not clip.
  private var clipOrZero: Double {
    get { clip ?? 0 }
    set { clip = newValue == 0 ? nil : newValue }
  }
}
