// How the learning rate changes over a run.
import Fields
import Glibc

/// How the learning rate changes over the T steps of a run, after a warm-up in which it rises from 0.
package enum Schedule: String, Sendable, CaseIterable, LiteralValue {
  /// 1 at every step.
  case constant
  /// Falls linearly to 0 (transformers `get_linear_schedule_with_warmup`).
  case linear
  /// Falls to 0 along half a cosine (transformers `get_cosine_schedule_with_warmup`).
  case cosine
  /// Rises linearly: (t + 1)/T over all steps.
  case ramp

  /// What the rate is multiplied with at step t (from 0) of T, after `warmup` steps that rise from 0 as t/warmup.
  package func factor(step t: Int, of T: Int, warmup: Int) -> Double {
    let warm = t < warmup ? Double(t) / Double(warmup) : 1
    switch self {
    case .constant:
      return warm
    case .linear:
      return t < warmup ? warm : max(0, Double(T - t) / Double(max(1, T - warmup)))
    case .cosine:
      if t < warmup { return warm }
      let progress = Double(t - warmup) / Double(max(1, T - warmup))
      return max(0, 0.5 * (1 + cos(.pi * progress)))
    case .ramp:
      return warm * Double(t + 1) / Double(T)
    }
  }

  /// Of a name of transformers' `lr_scheduler_type`; nil for one that is not here.
  package init?(trainerName: String) {
    switch trainerName {
    case "linear": self = .linear
    case "cosine": self = .cosine
    case "constant", "constant_with_warmup": self = .constant
    default: return nil
    }
  }
}

extension TrainingSettings {
  /// As transformers' `lr_scheduler_type` names the schedule; its plain constant one does not rise first.
  package var trainerSchedule: String {
    schedule == .constant && warmup > 0 ? "constant_with_warmup" : schedule.rawValue
  }

  /// The learning rate of step t.
  package func rate(step t: Int) -> Double { learningRate * factor(step: t) }

  /// What the learning rate is multiplied with at step t.
  private func factor(step t: Int) -> Double { schedule.factor(step: t, of: steps, warmup: warmup) }

  /// The part of all the learning rates of `made` steps that the first `step` have used: 0 to 1, and step/made where the
  /// rate is constant or no step is made with a rate above 0. Schedules of many steps are sampled at 256 places.
  package func rateShare(after step: Int, of made: Int) -> Double {
    func sum(_ count: Int) -> Double {
      let places = max(0, min(count, 256))
      let total = (0..<places).reduce(0.0) { total, i in
        let middle = Double(count) * (Double(i) + 0.5) / Double(places)
        return total + factor(step: Int(middle))
      }
      return places == 0 ? 0 : total * Double(count) / Double(places)
    }
    let step = min(max(0, step), made)
    let all = sum(made)
    return all > 0 ? min(1, sum(step) / all) : Double(step) / Double(max(1, made))
  }
}
