// The commands of the post-mortem: why a run went wrong, a step of it again, and what would have saved it.
import Analysis
import Fields
import Interpreter
import Laboratory
import Models
import Training

/// The entries of the table that look at a run that is over: `diagnose`, `replay` and `rescue`.
enum DiagnosisCommands {
  static let all: [Command] = [diagnose, replay, rescue]

  private static let run = Parameter(
    "run", .object([.run]), .required,
    "a run; a map and a comparison give that of a cell by their function `run`")

  private static let crash =
    "net = mlp([16, 16, 16]); drift = teacher(net, shift=0.1, tail=0.5)\n"
    + "run = train(attach(net, lora(r=8, alpha=64)), drift, steps=60, lr=10, optimizer=sgd)\n"

  // MARK: diagnose

  /// Steps before the end that are shown.
  private static let history = 10

  private static let diagnose = Command(
    "diagnose", .training, [run], result: "a diagnosis", "Why a run diverged, and the way there.",
    details:
      "The run is computed again up to the step that ended it, each loss and gradient norm to the same bit, and that step "
      + "with everything looked at that it makes: the first value that is not finite, and whether the forward pass, the "
      + "backward pass or the update met it; the norms and sizes of the steps before; the batch whose loss stood out, and "
      + "its rows. A run that diverged with finite values is looked at where its loss stood out. `rescue` tries what would have helped.",
    example: crash + "diagnose run",
    keywords: ["NaN", "crash", "diverged", "postmortem", "post-mortem", "why", "debug", "inf"]
  ) { arguments, session in
    let object = try arguments.object("run", as: RunObject.self)
    let run = object.run
    try requireDiverged(run)
    let outlier = run.outlier?.step
    let bad = run.firstBadStep ?? outlier ?? run.losses.count - 1
    let steps = [bad] + (outlier.map { [$0] } ?? [])
    let task = try session.workshop.task(of: object)
    let found = try session.workshop.replay(task, run, steps, history: history)
    guard let replay = found.replays.first(where: { $0.step == bad }) else { return .none }
    return .object(
      DiagnosisObject(
        object, bad: replay, outlier: found.replays.first { $0.step == outlier && outlier != bad },
        history: found.history.filter { $0.step < bad && $0.step >= bad - history }))
  }

  /// - Throws: `Failure` where nothing went wrong.
  private static func requireDiverged(_ run: Run) throws {
    try requireSteps(run)
    let outcome = run.verdict.outcome
    guard outcome != .diverged, outcome != .undecided else { return }
    throw Failure(
      argument: "run", "the run did not diverge", label: "its outcome is \(outcome.rawValue)",
      body: "`replay(run, step)` computes any step of it again.")
  }

  private static func requireSteps(_ run: Run) throws {
    guard run.losses.isEmpty else { return }
    throw Failure(argument: "run", "no step of the run was made", label: "there is nothing to look at")
  }

  // MARK: replay

  private static let replay = Command(
    "replay", .training,
    [
      run,
      Parameter(
        "step", .whole(NumberRange(0, 1e9)), .absent("the step that ended it, or its last"),
        "the step, from 0"),
    ],
    result: "a replay", "Computes a step of a run again, with the range of everything that it makes.",
    details:
      "The parameters at that step come from computing the run again from its start, with the same bits, which is asserted of "
      + "each loss and gradient norm. For each module: least and greatest value and the share that is not finite, of what it "
      + "makes in the forward pass and of the gradients in the backward pass; the trained tensors with their gradients.",
    example: crash + "replay(run, 3)",
    keywords: ["NaN", "debug", "activations", "gradients", "deterministic"]
  ) { arguments, session in
    let object = try arguments.object("run", as: RunObject.self)
    let run = object.run
    try requireSteps(run)
    let step = arguments.optionalNumber("step").map { Int($0) } ?? run.firstBadStep ?? run.losses.count - 1
    guard step < run.losses.count else {
      throw Failure(
        argument: "step", "the run has no step \(step)",
        label: "it made \(run.losses.count), from 0 to \(run.losses.count - 1)")
    }
    let task = try session.workshop.task(of: object)
    let found = try session.workshop.replay(task, run, [step], history: 0)
    return found.replays.first.map { .object(ReplayObject(object, $0)) } ?? .none
  }

  // MARK: rescue

  private static let rescue = Command(
    "rescue", .training, [run, TrainingParameters.seconds], result: "a rescue",
    "Runs a diverged run again with single changes: half the rate, its gradient clipped to 1, without the outlier batch, the multiplier of rank 16.",
    details:
      "Each change is one run with the seed and the batches of the run, made here and shown with its outcome and final loss; "
      + "what was not run is said, with the reason. What takes long prints its estimate first; Ctrl-C and `seconds` keep those that were made.",
    example: crash + "rescue run", keywords: ["NaN", "fix", "clipping", "diverged", "save", "help"]
  ) { arguments, session in
    let object = try arguments.object("run", as: RunObject.self)
    try requireDiverged(object.run)
    let task = try session.workshop.task(of: object)
    return .object(
      RescueObject(
        object,
        try session.workshop.rescue(
          RescuePlan(task, object.run), seconds: arguments.optionalNumber("seconds"))))
  }
}
