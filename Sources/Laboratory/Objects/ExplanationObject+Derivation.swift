// The derivation of the exponents in steps, each with the number that was measured for it.
import Adapters
import Analysis
import Display
import Text
import Training

extension ExplanationObject {
  /// A text for each step, without its number. Without a measurement the steps are those of the theory alone.
  var derivation: [String] {
    [layer, gram, projection, gradient, update, change, decrease, edges, conclusion]
  }

  private var isAdaptive: Bool { theory.optimizer.isAdaptive }

  private var isGaussian: Bool { theory.initialization == .gaussian }

  /// What the output change is proportional to.
  private var factor: String {
    isGaussian ? isAdaptive ? "s" : "s²/r" : isAdaptive ? "s·r" : "s²·r"
  }

  private var layer: String {
    let names = ranks.map(String.init).joined(separator: ", ")
    return "An adapted layer is y = W·x + s·B·A·x with s = \(theory.rule.formula) and alpha = "
      + "\(theory.alpha.formula). B is 0 at the start, so A alone is random. At r = \(names), s is "
      + "\(list(multipliers)): s ∝ \(power(theory.multiplierExponent(ranks: ranks)))."
  }

  private var gram: String {
    let variance = isGaussian ? "1/r²" : "1/(3·in), the same at every rank"
    return "The entries of A are independent with variance σ² = \(variance), so E[AᵀA] = r·σ²·I."
      + measured(complete) { m in
        "the mean diagonal in units of r·σ² is \(list(m.series(\.gramDiagonalRatio).values)); off the diagonal the "
          + "root mean square, in units of the diagonal, is \(list(m.series(\.gramOffDiagonalRatio).values)), "
          + "about 1/√r"
      }
  }

  private var projection: String {
    let exponent = 0.5 + theory.deviationExponent
    return "So |A·x| is about √r·σ·|x| ∝ \(power(exponent))."
      + measured(complete) { m in "|A·x| ÷ |x| is \(law(m.series(\.projection)))" }
  }

  private var gradient: String {
    "The gradient of B is s·Σ (∂L/∂y)(A·x)ᵀ over the rows of the batch, so its norm is ∝ s·√r·σ ∝ "
      + "\(power(predicted(.gradient))); that of A has a factor B and is 0."
      + measured(complete) { m in
        "the norm for B is \(law(m.series(\.gradientOfB))); for A it is \(list(m.series(\.gradientOfA).values))"
      }
  }

  private var update: String {
    if isAdaptive {
      return
        "The first step of Adam is the learning rate times the sign of each entry of the gradient, whatever its "
        + "size."
        + measured(steps) { m in
          "the root mean square of ΔB in units of the learning rate is \(list(m.series(\.updateOfAnEntry).values))"
        }
    }
    return "A step of gradient descent is ΔB = −lr times the gradient."
      + measured(steps) { m in "‖ΔB‖ is \(law(m.series { $0.update * m.rate })) at lr \(figures(m.rate))" }
  }

  private var change: String {
    let reason =
      isAdaptive
      ? "each of its r terms adds lr·s·|A·x|" : "one s from the gradient, one from the layer, and (A·x)·(A·x)"
    let size = isAdaptive ? "s·r·σ" : "s²·r·σ²"
    return "The output changes by s·ΔB·(A·x): \(reason). That is ∝ \(size) ∝ \(factor) ∝ "
      + "\(power(predicted(.change)))."
      + measured(steps) { m in
        let series = m.series { $0.change * m.rate }
        let rest = zip(series.values, ranks).map { $0 / (m.rate * theory.factor(rank: $1)) }
        return "\(law(series)); divided by lr·\(factor) it is \(list(rest))"
      }
      + ((steps?.batch ?? 1) == 1
        ? ""
        : " What a row adds to the outputs of other rows is partly random, by a share that goes as 1/√r: the change "
          + "is larger for that at low ranks, and its exponent lower.")
  }

  private var decrease: String {
    let formula = isAdaptive ? "lr times the sum of |gradient of B|" : "lr times the squared norm of step 4"
    return "To first order the loss falls by \(formula) ∝ \(factor) ∝ \(power(predicted(.decrease)))."
      + measured(steps) { m in
        let rate = m.isRateChosen ? "a hundredth of each rank's edge" : "lr \(figures(m.rate))"
        return
          "\(law(m.series { $0.decrease * m.rate })); the loss of the batch, evaluated after a step at \(rate), "
          + "has fallen by \(list(m.series(\.realDecreaseRatio).values)) of that"
      }
  }

  private var edges: String {
    let inverse = factor == "s" ? "1/s" : "1/(\(factor))"
    return
      "Above some learning rate the step overshoots. The curvature along it goes as the square of the output "
      + "change, so the edge goes as decrease/change² ∝ \(inverse) ∝ \(power(predicted(.initEdge)))."
      + measured(steps) { m in
        let (decrease, change) = (
          m.series(\.decrease).exponent.estimate, m.series(\.change).exponent.estimate
        )
        return "the first step raises the loss above lr \(law(m.series(\.edge)))"
          + (m.isQuadratic && (decrease - 2 * change).isFinite
            ? "; steps 6 and 7 as measured give \(signed(decrease - 2 * change))" : "")
      }
      + " Near a solution with A and B of equal size the curvature goes as s, and the edge as 1/s ∝ "
      + "\(power(predicted(.solutionEdge))). The lower of the two rules."
  }

  private var conclusion: String {
    let stable = theory.stableRule
    return "So the first step is the same at every rank where s ∝ \(power(-theory.stableExponent)), as with "
      + "\(stable.name) = \(stable.formula) and a fixed alpha. Here s ∝ "
      + "\(power(theory.multiplierExponent(ranks: ranks))), and the first step goes as "
      + "\(power(predicted(.change)))."
  }

  // MARK: Words

  private func measured(_ measurement: FirstStepMeasurement?, _ sentence: (FirstStepMeasurement) -> String)
    -> String
  {
    measurement.map { " Measured: \(sentence($0))." } ?? ""
  }

  /// Values at each rank and the exponent of the power law through them.
  private func law(_ series: FirstStepMeasurement.Series) -> String {
    list(series.values) + (series.exponent.estimate.isFinite ? ", exponent \(text(series.exponent))" : "")
  }

  private func list(_ values: [Double]) -> String { values.map(figures).joined(separator: ", ") }

  private func power(_ exponent: Double) -> String {
    "r^\(exponent.magnitude < 0.005 ? "0" : NumberFormat.fixed(exponent, places: 2))"
  }
}
