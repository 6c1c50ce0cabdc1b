// What stands behind the dot of a run.
import Interpreter
import Training

extension RunObject {
  package static let fieldTable: [ObjectField<RunObject>] = [
    ObjectField("loss", "loss of each step's batch, before its update") { .numbers($0.run.losses) },
    ObjectField("eval_loss", "loss on the evaluation set, at each of eval_steps") {
      .numbers($0.run.evaluations.map(\.loss))
    },
    ObjectField("eval_steps", "steps made before each evaluation") {
      .counts($0.run.evaluations.map(\.step))
    },
    ObjectField("grad_norm", "L2 norm of the gradient at each step, before clipping") {
      .numbers($0.run.gradientNorms)
    },
    ObjectField("initial_loss", "evaluation loss before the first step") { .number($0.run.initialLoss) },
    ObjectField("final_loss", "evaluation loss after the last step") { .number($0.run.finalLoss) },
    ObjectField("best_loss", "lowest loss at an evaluation of eval_every; None where there is none") {
      .number(ifAny: $0.run.watch.best?.loss)
    },
    ObjectField("best_step", "steps made before it; with load_best the run leaves their parameters") {
      .number(ifAny: $0.run.watch.best.map { Double($0.step) })
    },
    ObjectField(
      "outcome", "how the run ended, judged alone: trained, slow, diverged, undecided or not judged"
    ) {
      .text($0.run.verdict.outcome.rawValue)
    },
    ObjectField("verdict", "the outcome with its reason") { .text($0.run.verdict.text) },
    ObjectField("diverged", "whether the outcome is diverged: a rate too high, never one too low") {
      .bool($0.run.verdict.outcome == .diverged)
    },
    ObjectField("trace", "loss on a fixed part of the evaluation set, at each of trace_steps") {
      .numbers($0.run.trace.map(\.loss))
    },
    ObjectField("trace_steps", "steps made before each point of the trace: none, each eighth of the run, all")
    {
      .counts($0.run.trace.map(\.step))
    },
    ObjectField("first_bad_step", "the first step with a value that is not finite; None where there is none")
    {
      .number(ifAny: $0.run.firstBadStep.map(Double.init))
    },
    ObjectField("up_travel", "sum of the rises of log(median of 20-step windows of the loss)") {
      .number($0.run.upTravel)
    },
    ObjectField("floor", "the loss no model can go below; None where it is not known") {
      .number(ifAny: $0.run.floor)
    },
    ObjectField("r", "the rank; a list where modules differ, None of a pretraining run") {
      .shared($0.run.scalings.map { Double($0.rank) })
    },
    ObjectField("alpha", "the alpha; a list where modules differ, None of a pretraining run") {
      .shared($0.run.scalings.map(\.alpha))
    },
    ObjectField("multipliers", "multiplier of each adapted module") {
      .numbers($0.run.scalings.map(\.multiplier))
    },
    ObjectField("steps", "steps that were made") { .number(Double($0.run.losses.count)) },
    ObjectField("lr", "learning rate, the peak of the schedule") { .number($0.run.settings.learningRate) },
    ObjectField("optimizer", "name of the optimiser") { .text($0.run.settings.optimizer.name) },
    ObjectField("schedule", "how the rate changes over the steps") {
      .text($0.run.settings.schedule.kind.rawValue)
    },
    ObjectField("batch", "sequences, or rows, a batch") { .number(Double($0.run.settings.batch)) },
    ObjectField("accumulate", "batches of a step") { .number(Double($0.run.settings.accumulation)) },
    ObjectField("seed", "draws A, the batches and the dropout masks") {
      .number(Double($0.run.settings.seed))
    },
    ObjectField("model", "what was trained, in words") { .text($0.run.modelDescription) },
    ObjectField("data", "what it was trained on, in words") { .text($0.run.dataDescription) },
    ObjectField("step_ms", "median time of a step, milliseconds; None of a loaded run: files keep no times") {
      .number(ifAny: $0.run.medianStepSeconds.map { $0 * 1000 })
    },
    ObjectField("tokens_per_s", "tokens, or rows, a second at the median step; None where step_ms is") {
      object in
      .number(ifAny: object.run.medianStepSeconds.map { Double(object.run.tokensPerStep) / $0 })
    },
    ObjectField("adapter", "the trained adapter, a snapshot") { run in
      run.adapter.map { .object(AdapterObject(trained: $0)) } ?? .none
    },
    ObjectField("probes", "what `probe_every` measured: a dictionary for each probe and module") {
      .object(try ProbesObject($0.run))
    },
    ObjectField(
      "skipped_steps", "steps that the loss scale of fp16 skipped; a skipped step changes no parameter"
    ) {
      .counts($0.run.scaler?.skipped ?? [])
    },
    ObjectField("loss_scale", "[steps made, scale] at each change of the loss scale; [] without one") {
      .list(
        ($0.run.scaler?.changes ?? []).map { .list([.number(Double($0.step)), .number($0.scale)]) })
    },
    ObjectField(
      "roundings", "where values left the range of a format of 16 bits: a dictionary for each place"
    ) {
      .object(try RoundingsObject($0.run))
    },
    ObjectField("settings", "one line of language that repeats the run exactly") { .text($0.run.repetition) },
  ]
}
