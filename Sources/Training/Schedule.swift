// How the learning rate changes over a run.
import Glibc

package enum Schedule: String, Sendable, CaseIterable {
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
}
