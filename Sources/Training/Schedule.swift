// How the learning rate changes over a run.
import Fields
import Glibc

/// Which schedule, by the word that users write.
package enum ScheduleKind: String, Sendable, CaseIterable, LiteralValue {
  case constant, linear, cosine, polynomial
  case inverseSquareRoot = "inverse_sqrt"
  case ramp
}

/// How the learning rate changes over the T steps of a run, after a warm-up of W steps in which it rises from 0: what the
/// rate is multiplied with at step t, from 0. All but `ramp` are transformers' of that name.
package enum Schedule: Equatable, Sendable {
  /// 1 at every step (`get_constant_schedule_with_warmup`).
  case constant
  /// Falls linearly to 0 (`get_linear_schedule_with_warmup`).
  case linear
  /// Falls to 0 along half a cosine (`get_cosine_schedule_with_warmup`).
  case cosine
  /// Falls from the rate to the rate `end` as the remaining part of the steps to the power of `power`
  /// (`get_polynomial_decay_schedule_with_warmup`). A rate at or below `end`, which transformers refuses, stays.
  case polynomial(power: Double, end: Double)
  /// √(s/(t + s − W)) (`get_inverse_sqrt_schedule`) with s = `timescale`; nil is W, or 10,000 without a warm-up.
  case inverseSquareRoot(timescale: Int?)
  /// Rises linearly: (t + 1)/T over all steps.
  case ramp

  /// As transformers has them by default.
  package static let polynomial = Schedule.polynomial(power: 1, end: 1e-7)

  /// What the rate is multiplied with at step t (from 0) of T, after `warmup` steps that rise from 0 as t/warmup.
  ///
  /// - Parameter rate: the learning rate, which `polynomial` depends on; 0 and below give 1.
  package func factor(step t: Int, of T: Int, warmup W: Int, rate: Double) -> Double {
    let warm = t < W ? Double(t) / Double(W) : 1
    // The part of the steps behind the warm-up that are made.
    let progress = Double(t - W) / Double(max(1, T - W))
    switch self {
    case .constant:
      return warm
    case .linear:
      return t < W ? warm : max(0, Double(T - t) / Double(max(1, T - W)))
    case .cosine:
      return t < W ? warm : max(0, 0.5 * (1 + cos(.pi * progress)))
    case .polynomial(let power, let end):
      guard t >= W, rate > end else { return warm }
      return ((rate - end) * pow(max(0, 1 - progress), power) + end) / rate
    case .inverseSquareRoot(let timescale):
      guard t >= W else { return warm }
      let scale = timescale ?? (W > 0 ? W : 10_000)
      return 1 / (Double(t + scale - W) / Double(scale)).squareRoot()
    case .ramp:
      return warm * Double(t + 1) / Double(T)
    }
  }

  /// Of a name of transformers' `lr_scheduler_type`; nil for one that is not here.
  package init?(trainerName: String) {
    if trainerName == "constant_with_warmup" {
      self = .constant
    } else if let kind = ScheduleKind(rawValue: trainerName), kind != .ramp {
      self = .constant
      self.kind = kind
    } else {
      return nil
    }
  }
}

/// The schedule in parts, as the table of options has them. Setting what is another schedule's changes nothing.
extension Schedule {
  /// Another kind has its parts as usual.
  package var kind: ScheduleKind {
    get {
      switch self {
      case .constant: .constant
      case .linear: .linear
      case .cosine: .cosine
      case .polynomial: .polynomial
      case .inverseSquareRoot: .inverseSquareRoot
      case .ramp: .ramp
      }
    }
    set {
      guard newValue != kind else { return }
      switch newValue {
      case .constant: self = .constant
      case .linear: self = .linear
      case .cosine: self = .cosine
      case .polynomial: self = .polynomial
      case .inverseSquareRoot: self = .inverseSquareRoot(timescale: nil)
      case .ramp: self = .ramp
      }
    }
  }

  /// Of `polynomial`; as usual for another schedule, as is `end`.
  package var power: Double {
    get { if case .polynomial(let power, _) = self { power } else { 1 } }
    set { if case .polynomial(_, let end) = self { self = .polynomial(power: newValue, end: end) } }
  }

  /// The rate at which `polynomial` ends.
  package var end: Double {
    get { if case .polynomial(_, let end) = self { end } else { 1e-7 } }
    set { if case .polynomial(let power, _) = self { self = .polynomial(power: power, end: newValue) } }
  }

  /// Of `inverse_sqrt`; nil for another schedule.
  package var timescale: Int? {
    get { if case .inverseSquareRoot(let timescale) = self { timescale } else { nil } }
    set { if case .inverseSquareRoot = self { self = .inverseSquareRoot(timescale: newValue) } }
  }
}

extension TrainingSettings {
  /// As transformers' `lr_scheduler_type` names the schedule; its plain constant one does not rise first.
  package var trainerSchedule: String {
    schedule == .constant && warmup > 0 ? "constant_with_warmup" : schedule.kind.rawValue
  }

  /// The learning rate of step t.
  package func rate(step t: Int) -> Double { learningRate * factor(step: t) }

  /// What the learning rate is multiplied with at step t.
  private func factor(step t: Int) -> Double {
    schedule.factor(step: t, of: steps, warmup: warmup, rate: learningRate)
  }

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
