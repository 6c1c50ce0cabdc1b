// The architectures: their shapes, and the names and shapes of their weights.
package import Adapters
package import Kernels

/// A perceptron: y = W_L·f(…f(W₁·x)), linear maps without bias, an activation f between them and none after the last.
package struct PerceptronShape: Equatable, Sendable {
  /// Inputs, hidden widths, outputs: one layer less than there are widths.
  package var widths: [Int]
  package var activation: Activation

  package init(widths: [Int], activation: Activation) {
    self.widths = widths
    self.activation = activation
  }
}

/// What a model computes, by the sizes of its parts. The values of its weights are `BaseWeights`.
package enum Architecture: Equatable, Sendable {
  case transformer(TransformerShape)
  case perceptron(PerceptronShape)
  /// One linear map: a perceptron of one layer, by itself.
  case linear(inputs: Int, outputs: Int)

  /// The word that users and messages have for it.
  package var name: String {
    switch self {
    case .transformer: "transformer"
    case .perceptron: "mlp"
    case .linear: "linear"
    }
  }

  /// The perceptron that computes the same, for the two architectures without tokens.
  package var perceptron: PerceptronShape? {
    switch self {
    case .transformer: nil
    case .perceptron(let shape): shape
    case .linear(let inputs, let outputs): PerceptronShape(widths: [inputs, outputs], activation: .none)
    }
  }

  /// What PEFT adapts where no targets are given; for a perceptron every layer.
  package var standardTargets: [String] {
    switch self {
    case .transformer(let shape): shape.form.standardTargets
    case .perceptron, .linear: weights.map(\.module)
    }
  }
}

/// One weight of a model.
package struct WeightShape: Equatable, Sendable {
  /// What the model does with the weight; its shape follows.
  package enum Role: Equatable, Sendable {
    /// y = x·Wᵀ with W [outputs, inputs].
    case linear
    /// The linear layer [vocabulary, width] that makes logits, with a weight of its own.
    case outputLayer
    /// A table [tokens, width].
    case embedding
    /// A vector [width].
    case norm
    /// A vector [outputs] that is added to what the module computes.
    case bias
  }

  /// The module's path: `model.layers.0.self_attn.q_proj`; the weight is `<module>.weight`, a bias `<module>.bias`.
  package var module: String
  package var role: Role
  /// Rows and columns; a vector has one column.
  package var rows: Int
  /// 1 for a vector.
  package var columns: Int
  /// Whether model files hold the transpose, [inputs, outputs], as those of PyTorch's Conv1D (PEFT: `fan_in_fan_out`).
  package var isStoredTransposed = false

  init(module: String, role: Role, rows: Int, columns: Int) {
    self.module = module
    self.role = role
    self.rows = rows
    self.columns = columns
  }

  /// Number of elements.
  package var count: Int { rows * columns }
  /// As files name it: `model.layers.0.self_attn.q_proj.weight`.
  package var name: String { module + (role == .bias ? ".bias" : ".weight") }
  /// As PyTorch's `shape`: one of a vector, two of a matrix.
  package var dimensions: [Int] { role == .norm || role == .bias ? [rows] : [rows, columns] }

  /// The dimensions in a model's file.
  package var fileDimensions: [Int] { isStoredTransposed ? dimensions.reversed() : dimensions }

  /// The module as an adapter sees it; nil where it is not linear.
  package var linearModule: LinearModule? {
    guard role == .linear || role == .outputLayer else { return nil }
    return LinearModule(
      path: module, inputs: columns, outputs: rows, isOutputLayer: role == .outputLayer)
  }
}

extension Architecture {
  /// The modules that an adapter can be put on. The output layer is one of them where its weight is the embedding's too.
  package var linearModules: [LinearModule] {
    var modules = weights.compactMap(\.linearModule)
    if case .transformer(let shape) = self, shape.isTied {
      modules.append(
        LinearModule(
          path: shape.form.outputLayer, inputs: shape.width, outputs: shape.vocabulary, isOutputLayer: true))
    }
    return modules
  }

  /// All weights in the order of computation, with Hugging Face's names for a transformer.
  package var weights: [WeightShape] {
    switch self {
    case .transformer(let shape):
      return shape.weights
    case .perceptron(let shape):
      return (0..<max(0, shape.widths.count - 1)).map { i in
        WeightShape(module: "layers.\(i)", role: .linear, rows: shape.widths[i + 1], columns: shape.widths[i])
      }
    case .linear(let inputs, let outputs):
      return [WeightShape(module: "linear", role: .linear, rows: outputs, columns: inputs)]
    }
  }

  /// Columns of what it computes: the vocabulary, or the outputs.
  package var outputs: Int {
    switch self {
    case .transformer(let shape): shape.vocabulary
    case .perceptron(let shape): shape.widths.last ?? 0
    case .linear(_, let outputs): outputs
    }
  }

  /// Number of parameters, in floating point so that no shape overflows it.
  package var parameterEstimate: Double {
    switch self {
    case .transformer(let s):
      return s.parameterEstimate
    case .perceptron(let s):
      return zip(s.widths, s.widths.dropFirst()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    case .linear(let inputs, let outputs):
      return Double(inputs) * Double(outputs)
    }
  }
}
