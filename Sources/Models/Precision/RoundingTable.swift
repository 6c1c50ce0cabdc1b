// The table of roundings: which tensors of a step are rounded, under each style.

/// A kind of tensor, as the table of roundings tells them apart.
package enum TensorKind: String, CaseIterable, Sendable {
  /// What is not trained, or trained beside an adapter.
  case weight, bias, otherWeight
  /// The adapter's.
  case master, factor, hidden, update
  /// What goes through the model.
  case stream, norm, productInput, productOutput, rotated, scores, probabilities, attention, activation,
    logits
  case loss
}

/// A row of the table: what one kind of tensor is rounded to.
package struct RoundingRow: Sendable {
  /// In how many bits a tensor stands.
  package enum Width: Sendable {
    /// Single precision, in every format.
    case single
    /// The 16 bits of the format.
    case half
  }

  /// The widths of a tensor under the styles.
  package struct Widths: Sendable {
    package let autocast: Width
    package let pure: Width

    /// The width under a style.
    package subscript(_ style: PrecisionStyle) -> Width {
      switch style {
      case .autocast: autocast
      case .pure: pure
      }
    }

    static let half = Widths(autocast: .half, pure: .half)
    static let single = Widths(autocast: .single, pure: .single)
    static let halfWherePure = Widths(autocast: .single, pure: .half)
  }

  package let kind: TensorKind
  /// In words: "norm outputs".
  package let title: String
  package let value: Widths
  /// Of the gradient with respect to it.
  package let gradient: Widths
  /// What else there is to say; may be empty.
  package let remark: String
}

/// The table of roundings. A step rounds at the places that it names, to the nearest value of the format, to the even of
/// two, and nowhere else; what it computes between two places is in fp32. So PyTorch computes with tensors in 16 bits,
/// whose sums are in fp32 within each operation.
package enum RoundingTable {
  /// In the order in which a step meets the tensors.
  package static let rows: [RoundingRow] = [
    RoundingRow(
      kind: .weight, title: "weights of products", value: .half, gradient: .half,
      remark: "where trained, their masters are fp32"),
    RoundingRow(
      kind: .bias, title: "biases of products", value: .half, gradient: .half,
      remark: "added before the product is rounded"),
    RoundingRow(
      kind: .otherWeight, title: "embeddings, positions, norms' weights", value: .halfWherePure,
      gradient: .single, remark: "fp32 where trained"),
    RoundingRow(
      kind: .stream, title: "residual stream", value: .halfWherePure, gradient: .halfWherePure, remark: ""),
    RoundingRow(
      kind: .norm, title: "norms", value: .halfWherePure, gradient: .halfWherePure,
      remark: "fp32 inside; RMSNorm is rounded before its weight, too"),
    RoundingRow(
      kind: .productInput, title: "inputs of products", value: .half, gradient: .half,
      remark: "each product's part of a gradient is rounded before it is added"),
    RoundingRow(
      kind: .productOutput, title: "outputs of products", value: .half, gradient: .half,
      remark: "q, k, v, o, gate, up, down"),
    RoundingRow(
      kind: .rotated, title: "q and k after their turn", value: .halfWherePure, gradient: .halfWherePure,
      remark: "pure: sine, cosine and both terms, too; backward both terms in either style"),
    RoundingRow(
      kind: .scores, title: "attention scores", value: .half, gradient: .half,
      remark: "before and after 1/√d, as eager attention; fused kernels keep them in fp32"),
    RoundingRow(
      kind: .probabilities, title: "attention probabilities", value: .half, gradient: .half,
      remark: "softmax in fp32, rounded for the product with v"),
    RoundingRow(
      kind: .attention, title: "attention output", value: .half, gradient: .half, remark: ""),
    RoundingRow(
      kind: .activation, title: "activations", value: .half, gradient: .half,
      remark: "of a gate silu and the product with up, each"),
    RoundingRow(
      kind: .logits, title: "logits, predictions", value: .half, gradient: .half, remark: ""),
    RoundingRow(
      kind: .loss, title: "loss and its softmax", value: .single, gradient: .single, remark: ""),
    RoundingRow(
      kind: .master, title: "A and B, their moments", value: .single, gradient: .single,
      remark: "gradients of groups, micro-batches and clipping in fp32"),
    RoundingRow(
      kind: .factor, title: "A and B as used", value: .half, gradient: .half,
      remark: "the gradient once a step, after all rows; PyTorch: after each micro-batch"),
    RoundingRow(
      kind: .hidden, title: "u = A·x", value: .half, gradient: .half,
      remark: "x after dropout is rounded, too"),
    RoundingRow(
      kind: .update, title: "s·B·u", value: .half, gradient: .half,
      remark: "B·u, its product with s, and the sum with W·x, each"),
  ]

  /// The row of a kind.
  package static subscript(_ kind: TensorKind) -> RoundingRow {
    guard let row = rows.first(where: { $0.kind == kind }) else {
      preconditionFailure("the table of roundings has no row for \(kind.rawValue)")
    }
    return row
  }
}
