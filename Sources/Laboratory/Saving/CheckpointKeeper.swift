// The checkpoints of a run in the user's folder: written on the way, the older ones removed, the last good one found again.
import Foundation
package import Interchange
import Interpreter
import Models
import TensorFile
package import Training

/// What a user asks of a run's checkpoints.
package struct CheckpointRequest {
  /// Where a run goes on.
  package enum Resume: Equatable, Sendable {
    case no
    /// At the last good checkpoint of the folder.
    case last
    /// At that of a folder, as the user named it.
    case folder(String)
  }

  /// When they are written, into `trainer.folder`; nil writes none.
  package var moment: CheckpointPlan.Moment?
  package var resume: Resume
  package var trainer: TrainerProtocol

  package init(moment: CheckpointPlan.Moment?, resume: Resume, trainer: TrainerProtocol) {
    (self.moment, self.resume, self.trainer) = (moment, resume, trainer)
  }
}

/// Writes the checkpoints of one run.
///
/// Where one cannot be written, a note says so, what stood there stands there, and the run goes on: its result is worth more
/// than the end would be, and the next checkpoint may find room again. A script then ends with a failure, as its files are
/// not complete.
final class CheckpointKeeper {
  private let request: CheckpointRequest
  private let task: TrainingTask
  private let source: ModelSource?
  private let session: Session
  /// Where `output_dir` leads.
  private let place: String
  /// What tells the run from others.
  private let identity: String
  /// Steps whose checkpoint could not be written.
  private var missing: [Int] = []

  init(
    _ request: CheckpointRequest, _ task: TrainingTask, source: ModelSource?, _ session: Session
  ) throws {
    (self.request, self.task, self.source, self.session) = (request, task, source, session)
    guard !request.trainer.folder.isEmpty else {
      throw Failure(
        argument: "output_dir", "`output_dir` is empty", label: "name a folder",
        fix: "output_dir=\"checkpoints\"")
    }
    place = try TextFile.place(request.trainer.folder, in: session.environment.workingFolder)
    identity = try CheckpointFolder.identity(of: task, stop: session.environment.stop)
  }

  private func shown(_ step: Int) -> String {
    let folder = request.trainer.folder
    if folder == "." { return CheckpointFolder.name(step: step) }
    return (folder.hasSuffix("/") ? folder : folder + "/") + CheckpointFolder.name(step: step)
  }

  private func path(_ step: Int) -> String { "\(place)/\(CheckpointFolder.name(step: step))" }

  // MARK: Going on

  /// Where the run goes on; nil where it begins.
  ///
  /// - Throws: `Failure` where there is no checkpoint of this run; `CheckpointError`, `TensorFileError` for a folder that
  ///   the user named.
  func checkpoint() throws -> Checkpoint? {
    switch request.resume {
    case .no: return nil
    case .folder(let name):
      let found = try read(name, at: TextFile.place(name, in: session.environment.workingFolder))
      switch found {
      case .success(let checkpoint):
        tell(name, checkpoint)
        return checkpoint
      case .failure(let other): throw other.failure(name)
      }
    case .last: return try lastGood()
    }
  }

  /// A checkpoint of another run.
  private struct OtherRun: Error {
    let difference: String

    func failure(_ name: String) -> Failure {
      Failure(
        argument: "resume_from_checkpoint", "`\(name)` is a checkpoint of another run", label: difference,
        body:
          "A run goes on to the same bits with the same model, data and settings; `stop` and `seconds` may differ."
      )
    }
  }

  private func read(_ name: String, at path: String) throws -> Result<Checkpoint, OtherRun> {
    let folder = try CheckpointFolder(name, at: path)
    let run = try SavedFile.run(folder.record, path: "\(name)/\(CheckpointFolder.recordName)")
    if let difference = task.difference(from: run) { return .failure(OtherRun(difference: difference)) }
    guard folder.run == identity else {
      return .failure(
        OtherRun(difference: "the weights that it begins with, or the content of its data, are others"))
    }
    let most = task.settings.stepsToMake
    guard run.losses.count <= most else {
      return .failure(OtherRun(difference: "it has \(run.losses.count) steps, this run makes \(most)"))
    }
    return .success(try folder.checkpoint(run, of: task))
  }

  private func lastGood() throws -> Checkpoint {
    var other: (step: Int, run: OtherRun)?
    for step in CheckpointFolder.steps(in: place).reversed() {
      do {
        switch try read(shown(step), at: path(step)) {
        case .success(let checkpoint):
          tell(shown(step), checkpoint)
          return checkpoint
        case .failure(let run): other = other ?? (step, run)
        }
      } catch CheckpointError.foreign {
        continue
      } catch let error as CheckpointError {
        session.emit(.note("\(error.title); it is passed over"))
      } catch let error as TensorFileError {
        session.emit(.note("\(error.title); `\(shown(step))` is passed over"))
      }
    }
    if let other { throw other.run.failure(shown(other.step)) }
    throw Failure(
      argument: "resume_from_checkpoint",
      "there is no checkpoint in `\(request.trainer.folder)` to go on from",
      label: "leave it out to begin the run")
  }

  private func tell(_ name: String, _ checkpoint: Checkpoint) {
    session.emit(.status("goes on from `\(name)`, after \(checkpoint.step) steps"))
  }

  // MARK: Writing

  /// Before the run, so that a folder that cannot be written, or holds something else, costs no time.
  ///
  /// - Parameter step: steps made already.
  /// - Throws: `Failure`, `TensorFileError`, `ModelFolderError`.
  func begin(after step: Int) throws {
    guard let moment = request.moment else { return }
    let last = task.settings.stepsToMake
    for other in CheckpointFolder.names(in: place) where other > step && other <= last {
      if case .every(let count) = moment, !other.isMultiple(of: count), other != last { continue }
      guard !CheckpointFolder.isOurs(path(other)) else { continue }
      throw Failure(
        argument: "output_dir", "`\(shown(other))` is there already",
        label: "it is no checkpoint that ranklab wrote, or was changed since",
        body: "It is left as it is: give another folder.")
    }
    if task.adapter == nil { _ = try HubConfiguration.text(task.base.architecture, source: source) }
    _ = try PreparedFolder(path(last))
  }

  /// Nil where none are written.
  var plan: CheckpointPlan? {
    request.moment.map { moment in CheckpointPlan(moment) { [self] in keep($0) } }
  }

  private func keep(_ checkpoint: Checkpoint) {
    let step = checkpoint.step
    var run = checkpoint.run
    let watch = run.watch
    // Until its last evaluation is made, it is a run that is not over.
    let isEvaluated = run.evaluations.last?.step == step
    run.ending =
      watch.endsRun ? .stoppedEarly : step == run.settings.steps && isEvaluated ? .completed : .interrupted
    let best = watch.best?.step
    let isBestThere = best.map { $0 == step || CheckpointFolder.isOurs(path($0), run: identity) } ?? false
    do {
      let texts = CheckpointFolder.Texts(
        record: try SavedFile.bytes(StoredRun(run)),
        state: request.trainer.state(run, best: isBestThere ? best.map(shown) : nil),
        arguments: request.trainer.arguments(task.settings))
      try CheckpointFolder.write(
        checkpoint, of: task, run: identity, texts, source: source, to: shown(step), at: path(step))
      removeOlder(than: step, best: best)
    } catch {
      if missing.isEmpty {
        session.emit(
          .note(
            "\(session.describe(error).title): nothing is kept of step \(step). \(standing)"
              + (step < task.settings.stepsToMake ? " The run goes on." : ""))
        )
      }
      missing.append(step)
    }
  }

  /// What stands of earlier checkpoints, as a sentence.
  private var standing: String {
    let steps = CheckpointFolder.steps(in: place).filter { CheckpointFolder.isOurs(path($0), run: identity) }
    return steps.last.map { "`\(shown($0))` stands as it was." } ?? "No checkpoint of it stands."
  }

  /// Removes what is over the limit, the oldest first: only this run's checkpoints as they were written, and never the last
  /// one or that of the lowest evaluation.
  private func removeOlder(than step: Int, best: Int?) {
    guard let limit = request.trainer.saveLimit else { return }
    let own = CheckpointFolder.steps(in: place).filter {
      $0 <= step && CheckpointFolder.isOurs(path($0), run: identity)
    }
    let kept = Set([step] + [best].compactMap { $0 }).intersection(own)
    var count = own.count
    for old in own where !kept.contains(old) && count > max(limit, kept.count) {
      do throws(TensorFileError) {
        try AtomicFolder.remove(path(old))
        count -= 1
      } catch {
        session.warnOnce(
          "limit \(identity)", "\(error.title): `\(shown(old))` stays, above `save_total_limit`")
      }
    }
  }

  /// After the run: what is not complete.
  func finish() {
    if missing.isEmpty {
      session.incompleteFiles.remove(request.trainer.folder)
      return
    }
    session.incompleteFiles.insert(request.trainer.folder)
    if missing.count > 1 {
      session.emit(.note("\(missing.count) checkpoints could not be written. \(standing)"))
    }
  }
}
