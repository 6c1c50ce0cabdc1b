// trainer_state.json and training_args.json, as transformers' Trainer writes and reads the first.
import Fields
package import Training

/// What of a trainer is no setting of its run, and stands in the history that transformers' tools read.
package struct TrainerProtocol: Sendable {
  /// Steps between two entries of the history; 0 for none.
  package var logEvery: Int
  package var logsFirstStep: Bool
  /// Steps of an epoch.
  package var stepsPerEpoch: Int
  package var epochs: Double
  /// Sequences that go through the model at once.
  package var batch: Int
  package var accumulation: Int
  package var saves: CheckpointPlan.Moment
  package var saveLimit: Int?
  /// As the user named it.
  package var folder: String

  package init(
    logEvery: Int, logsFirstStep: Bool, stepsPerEpoch: Int, epochs: Double, batch: Int, accumulation: Int,
    saves: CheckpointPlan.Moment, saveLimit: Int?, folder: String
  ) {
    (self.logEvery, self.logsFirstStep) = (logEvery, logsFirstStep)
    (self.stepsPerEpoch, self.epochs) = (stepsPerEpoch, epochs)
    (self.batch, self.accumulation) = (batch, accumulation)
    (self.saves, self.saveLimit, self.folder) = (saves, saveLimit, folder)
  }
}

extension TrainerProtocol {
  /// Steps between two checkpoints, as transformers states them where there are none.
  private var saveEvery: Int { if case .every(let count) = saves { count } else { 500 } }

  /// The content of trainer_state.json after the steps of a run: the fields of transformers' TrainerState, sorted as it sorts
  /// them. Floating-point operations and tokens are not counted (0), as without transformers' own options for it, and no
  /// time stands in it.
  ///
  /// - Parameter best: the folder of the best checkpoint, where it is there.
  package func state(_ run: Run, best: String?) -> String {
    let watch = run.watch
    var callbacks: [Literal.Member] = []
    if let patience = run.settings.patience {
      callbacks.append(
        .init(
          "EarlyStoppingCallback",
          [
            (
              "args",
              [
                "early_stopping_patience": .number(Double(patience)),
                "early_stopping_threshold": .number(run.settings.threshold),
              ].literal
            ),
            ("attributes", ["early_stopping_patience_counter": .number(Double(watch.count))].literal),
          ]))
    }
    let isOver = run.losses.count == run.settings.steps || watch.endsRun
    callbacks.append(
      .init(
        "TrainerControl",
        [
          (
            "args",
            [
              "should_epoch_stop": .bool(false), "should_evaluate": .bool(false), "should_log": .bool(false),
              "should_save": .bool(true), "should_training_stop": .bool(isOver),
            ].literal
          ),
          ("attributes", .dictionary([])),
        ]))
    let fields: [(String, Literal)] = [
      ("best_global_step", watch.best.map { .number(Double($0.step)) } ?? .absent),
      ("best_metric", watch.best.map { .number($0.loss) } ?? .absent),
      ("best_model_checkpoint", best.map { .text($0) } ?? .absent),
      ("epoch", .number(epoch(run.losses.count))),
      ("eval_steps", .number(run.settings.evalEvery > 0 ? Double(run.settings.evalEvery) : 500)),
      ("global_step", .number(Double(run.losses.count))),
      ("is_hyper_param_search", .bool(false)), ("is_local_process_zero", .bool(true)),
      ("is_world_process_zero", .bool(true)),
      ("log_history", .list(history(run))),
      ("logging_steps", .number(Double(max(1, logEvery)))),
      ("max_steps", .number(Double(run.settings.steps))),
      ("num_input_tokens_seen", .number(0)),
      ("num_train_epochs", .number(epochs.rounded(.up))),
      ("save_steps", .number(Double(saveEvery))),
      ("stateful_callbacks", .dictionary(callbacks)),
      ("total_flos", .number(0)), ("train_batch_size", .number(Double(batch))),
      ("trial_name", .absent), ("trial_params", .absent),
    ]
    return Literal(fields).indented() + "\n"
  }

  private func epoch(_ step: Int) -> Double { Double(step) / Double(max(1, stepsPerEpoch)) }

  /// The entries in the order in which a trainer makes them: after a step its log, then its evaluation.
  private func history(_ run: Run) -> [Literal] {
    var entries: [Literal] = []
    let evaluations = Dictionary(run.evaluations.map { ($0.step, $0.loss) }) { _, last in last }
    var (sum, count) = (0.0, 0)
    for (t, loss) in run.losses.enumerated() {
      let step = t + 1
      (sum, count) = (sum + loss, count + 1)
      if logEvery > 0, step.isMultiple(of: logEvery) || step == 1 && logsFirstStep {
        entries.append(
          Literal([
            ("epoch", .number(epoch(step))), ("grad_norm", .number(run.gradientNorms[t])),
            ("learning_rate", .number(run.rate(step: t))), ("loss", .number(sum / Double(count))),
            ("step", .number(Double(step))),
          ]))
        (sum, count) = (0, 0)
      }
      if let evaluation = evaluations[step] {
        entries.append(
          Literal([
            ("epoch", .number(epoch(step))), ("eval_loss", .number(evaluation)),
            ("step", .number(Double(step))),
          ]))
      }
    }
    return entries
  }

  /// The content of training_args.json: arguments that transformers' TrainingArguments takes under these names, and gives
  /// the same run.
  package func arguments(_ settings: TrainingSettings) -> String {
    var fields: [(String, Literal)] = [
      ("output_dir", .text(folder)), ("max_steps", .number(Double(settings.steps))),
      ("per_device_train_batch_size", .number(Double(batch))),
      ("gradient_accumulation_steps", .number(Double(accumulation))),
      ("lr_scheduler_type", .text(settings.trainerSchedule)),
      ("optim", .text(settings.optimizer.isAdaptive ? "adamw_torch" : "sgd")),
      ("logging_steps", .number(Double(max(1, logEvery)))),
      ("save_strategy", .text(saves == .best ? "best" : "steps")),
      ("save_steps", .number(Double(saveEvery))),
      ("save_total_limit", saveLimit.map { .number(Double($0)) } ?? .absent),
      ("eval_strategy", .text(settings.evalEvery > 0 ? "steps" : "no")),
      ("load_best_model_at_end", .bool(settings.loadBest)),
    ]
    if settings.evalEvery > 0 { fields.append(("eval_steps", .number(Double(settings.evalEvery)))) }
    for option in TrainingSettings.options where option.value(in: settings) != nil {
      fields += option.trainerFields.map { ($0.name, $0.value(in: settings)) }
    }
    return Literal(fields.sorted { $0.0 < $1.0 }).indented() + "\n"
  }
}

extension Literal {
  fileprivate init(_ members: [(String, Literal)]) {
    self = .dictionary(members.map { Member(key: $0.0, value: $0.1) })
  }
}

extension Literal.Member {
  fileprivate init(_ key: String, _ members: [(String, Literal)]) {
    self.init(key: key, value: Literal(members))
  }
}

extension [String: Literal] {
  /// Sorted by their keys.
  fileprivate var literal: Literal { Literal(sorted { $0.key < $1.key }.map { ($0.key, $0.value) }) }
}
