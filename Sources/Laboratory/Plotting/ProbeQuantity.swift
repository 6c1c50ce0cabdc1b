// What of a run's probes a chart draws: a curve for each adapted module.
import Display
import Training

package enum ProbeQuantity: String, CaseIterable {
  case update
  case gradientA = "grad_a"
  case gradientB = "grad_b"
  case stableRank = "stable_rank"
  case topShare = "top_share"

  /// One line for the table of commands.
  package var meaning: String {
    switch self {
    case .update: "size of the update beside its weight, from probes"
    case .gradientA: "norm of the gradient of each A, from probes"
    case .gradientB: "norm of the gradient of each B, from probes"
    case .stableRank: "stable rank of the update, from probes"
    case .topShare: "share of the update in the weight's first directions, from probes"
    }
  }

  var label: String {
    switch self {
    case .update: "update"
    case .gradientA: "gradient of A"
    case .gradientB: "gradient of B"
    case .stableRank: "stable rank"
    case .topShare: "top share"
    }
  }

  /// How it is measured.
  var caption: String {
    switch self {
    case .update: "‖s·B·A‖ / ‖W‖, Frobenius norms"
    case .gradientA, .gradientB:
      "L2 norm before clipping; at the end that of the batch that would come next"
    case .stableRank: "‖s·B·A‖² / the square of its largest singular value"
    case .topShare:
      "part of ‖s·B·A‖² inside the first \(ProbeRecord.directions) left and right singular directions of W"
    }
  }

  /// - Throws: `Failure` where the run has no probes.
  func series(of run: Run, named name: String) throws -> [Chart.Series] {
    guard let first = run.probes.first else { throw ProbesObject.missing(argument: "values") }
    return first.modules.indices.map { module in
      let points = run.probes.compactMap { record in
        value(record.modules[module]).map { (x: Double(record.step), y: $0) }
      }
      return Chart.Series(name + first.modules[module].module, x: points.map(\.x), y: points.map(\.y))
    }
  }

  private func value(_ probe: ModuleProbe) -> Double? {
    switch self {
    case .update: probe.updateRatio
    case .gradientA: probe.gradientA
    case .gradientB: probe.gradientB
    case .stableRank: probe.stableRank
    case .topShare: probe.topShare
    }
  }
}
