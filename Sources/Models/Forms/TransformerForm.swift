// A form of transformers: what all models of one `model_type` have in common, whatever their sizes.

/// What all models of one `model_type` of Hugging Face's transformers have in common, whatever their sizes: which parts a
/// block has, in which order, under which names, and of which kind they are.
///
/// Each form is declared once, in a file beside this one. `TransformerShape` adds the sizes; its `parts` are what the
/// weights of a model, its number of parameters and the plan of a step are all read from. How a form stands in a
/// config.json is `HubForm` in Interchange.
package struct TransformerForm: Equatable, Sendable {
  /// What every norm of the form computes.
  package enum Norm: Sendable {
    /// RMSNorm: a weight.
    case rootMeanSquare
    /// LayerNorm: a weight and a bias.
    case layer
  }

  /// How the form tells positions apart.
  package enum Positions: Sendable {
    /// Queries and keys are turned by their position.
    case rotary
    /// A table of vectors that are added to the embedding, in the module of this path.
    case learned(String)
  }

  /// `qwen2`: the value of `model_type` in config.json. No two forms share it.
  package let modelType: String
  /// `Qwen2ForCausalLM`: the class of transformers.
  package let className: String
  /// The name in a sentence: `a model of Qwen2's form`.
  package let title: String
  /// The module whose table tokens are looked up in.
  package let embedding: String
  package let positions: Positions
  /// The blocks, before their numbers: `model.layers`.
  let blocks: String
  /// The parts of a block in the order of computation, each with its module's path within the block.
  let block: KeyValuePairs<BlockPart, String>
  /// The norm after the last block.
  let lastNorm: String
  /// The module that makes logits.
  package let outputLayer: String
  /// Of every norm.
  package let norm: Norm
  /// The linear parts that have a bias, where a configuration does not say otherwise.
  package let biases: Set<LinearPart>
  /// Whether files hold the matrices of linear parts as [inputs, outputs], as those of PyTorch's Conv1D.
  let isStoredTransposed: Bool
  /// Whether the output layer's weight is the embedding's, where a configuration does not say otherwise.
  package let isTiedByDefault: Bool
  /// What PEFT adapts where no targets are given.
  package let standardTargets: [String]

  /// By `model_type`, which is each form's own.
  package static func == (a: TransformerForm, b: TransformerForm) -> Bool { a.modelType == b.modelType }

  /// Whether queries, keys and values come side by side from one module.
  package var isFused: Bool { has(.linear(.qkv)) }

  /// What a block calls the module around its attention.
  var attention: String {
    let output = block.first { $0.key == .linear(.o) }?.value ?? ""
    return String(output.prefix { $0 != "." })
  }

  /// Whether the MLP is down(silu(gate(x))·up(x)); else it is down(activation(up(x))).
  package var isGated: Bool { has(.linear(.gate)) }

  /// The first component of the paths: a file of the inner model alone leaves it out.
  package var innerModel: String { String(embedding.prefix { $0 != "." }) }

  private func has(_ part: BlockPart) -> Bool { block.contains { $0.key == part } }
}

/// A part of a block, by what it does.
package enum BlockPart: Hashable, Sendable {
  case norm(NormPart)
  case linear(LinearPart)
}

/// A norm of a block, by what reads it.
package enum NormPart: Hashable, Sendable {
  case attention, mlp
}

/// A linear layer of a block, by what it makes.
package enum LinearPart: Hashable, Sendable {
  /// Queries, keys and values, each from a layer of its own.
  case q, k, v
  /// All three side by side from one layer.
  case qkv
  /// What attention adds to the residual stream.
  case o
  case gate, up, down

  package static let attention: Set<LinearPart> = [.q, .k, .v, .qkv, .o]
  package static let mlp: Set<LinearPart> = [.gate, .up, .down]
}
