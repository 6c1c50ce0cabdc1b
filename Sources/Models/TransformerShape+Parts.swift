// The parts of a transformer: the one list that its weights, their number and the plan of a step are read from.

/// A part of a transformer by what it does and where.
package enum TransformerPlace: Hashable, Sendable {
  case embedding
  /// A table of learned positions.
  case positions
  case block(Int, BlockPart)
  case lastNorm
  case outputLayer
}

/// A part with its weights and their names in Hugging Face's files.
package struct TransformerPart: Equatable, Sendable {
  package let place: TransformerPlace
  /// A weight; a bias follows it.
  package let weights: [WeightShape]

  /// Number of parameters, in floating point so that no size overflows it.
  fileprivate var parameterEstimate: Double {
    weights.reduce(0) { $0 + Double($1.rows) * Double($1.columns) }
  }
}

extension TransformerShape {
  /// In the order of computation. A tied output layer is no part: its weight is the embedding's.
  package var parts: [TransformerPart] { first + (0..<layers).flatMap(block) + last }

  /// The parts of a block, in the order of computation.
  package func block(_ i: Int) -> [TransformerPart] {
    form.block.map { part, name in
      let module = "\(form.blocks).\(i).\(name)"
      let weights =
        switch part {
        case .norm(let part): normWeights(module, size: size(of: part))
        case .linear(let part): linearWeights(module, size: size(of: part), hasBias: biases.contains(part))
        }
      return TransformerPart(place: .block(i, part), weights: weights)
    }
  }

  /// Before the blocks.
  private var first: [TransformerPart] {
    let tokens = WeightShape(module: form.embedding, role: .embedding, rows: vocabulary, columns: width)
    let embedding = TransformerPart(place: .embedding, weights: [tokens])
    switch form.positions {
    case .rotary: return [embedding]
    case .learned(let module):
      let table = WeightShape(module: module, role: .embedding, rows: positionCount, columns: width)
      return [embedding, TransformerPart(place: .positions, weights: [table])]
    }
  }

  /// After the blocks.
  private var last: [TransformerPart] {
    let norm = TransformerPart(place: .lastNorm, weights: normWeights(form.lastNorm, size: width))
    if isTied { return [norm] }
    let weight = WeightShape(
      module: form.outputLayer, role: .outputLayer, rows: vocabulary, columns: width)
    return [norm, TransformerPart(place: .outputLayer, weights: [weight])]
  }

  private func size(of part: NormPart) -> Int {
    switch part {
    case .attention, .mlp: width
    }
  }

  /// Rows and columns of a linear part's weight [out, in].
  private func size(of part: LinearPart) -> (outputs: Int, inputs: Int) {
    switch part {
    case .q: (queryWidth, width)
    case .k, .v: (keyWidth, width)
    case .qkv: (queryWidth + 2 * keyWidth, width)
    case .o: (width, queryWidth)
    case .gate, .up: (feedForward, width)
    case .down: (width, feedForward)
    }
  }

  private func normWeights(_ module: String, size: Int) -> [WeightShape] {
    let weight = WeightShape(module: module, role: .norm, rows: size, columns: 1)
    switch form.norm {
    case .rootMeanSquare: return [weight]
    case .layer: return [weight, WeightShape(module: module, role: .bias, rows: size, columns: 1)]
    }
  }

  private func linearWeights(_ module: String, size: (outputs: Int, inputs: Int), hasBias: Bool)
    -> [WeightShape]
  {
    var weight = WeightShape(module: module, role: .linear, rows: size.outputs, columns: size.inputs)
    weight.isStoredTransposed = form.isStoredTransposed
    return hasBias
      ? [weight, WeightShape(module: module, role: .bias, rows: size.outputs, columns: 1)] : [weight]
  }

  /// The weights of all parts; a bias follows its weight.
  var weights: [WeightShape] { parts.flatMap(\.weights) }

  /// Number of parameters, in floating point so that no size overflows it.
  var parameterEstimate: Double {
    func sum(_ parts: [TransformerPart]) -> Double { parts.reduce(0) { $0 + $1.parameterEstimate } }
    return sum(first) + Double(layers) * sum(block(0)) + sum(last)
  }
}

/// The indices of a transformer's weights by the parts that they belong to, for one who uses each part once.
///
/// Weights of one shape can only be told apart by their place, so a part that is used in another's stead would go
/// unnoticed. Here it is refused: a part that the form does not have, one that is taken twice, and one that is left.
package struct PartIndices {
  private let form: TransformerForm
  private var indices: [TransformerPlace: Int] = [:]

  package init(_ shape: TransformerShape) {
    form = shape.form
    var next = 0
    for part in shape.parts {
      precondition(
        indices.updateValue(next, forKey: part.place) == nil, "\(form.modelType) has \(part.place) twice")
      next += part.weights.count
    }
  }

  /// The index of the part's weight among `Architecture.weights`.
  ///
  /// - Precondition: the form has the part, and it was not taken before.
  package mutating func take(_ place: TransformerPlace) -> Int {
    guard let index = indices.removeValue(forKey: place) else {
      preconditionFailure("\(form.modelType) has no \(place), or it was taken before")
    }
    return index
  }

  /// - Precondition: every part was taken.
  package func finish() {
    precondition(indices.isEmpty, "parts of \(form.modelType) were left: \(indices.keys)")
  }
}
