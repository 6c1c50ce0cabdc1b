// What a plan keeps of the forward pass for the backward pass.

/// Which values of the forward pass stand until the backward pass reads them.
///
/// With checkpointing (Chen et al. 2016, arXiv 1604.06174) the input of each layer alone is kept: a block of a
/// transformer, a linear layer of a perceptron with its activation. The rest is computed again, by the same operations
/// on the same numbers, before the layer's gradients: their bits are the same, dropout's masks too. The last layer stands
/// when its gradients are due and is not computed again, nor is the product that makes a layer's output, which is kept
/// as the next layer's input.
package enum Checkpointing: String, CaseIterable, Sendable {
  /// All values.
  case off
  /// The layers' inputs, among the values of the step: PyTorch's and Hugging Face's `gradient_checkpointing=True`.
  case full
  /// The layers' inputs, in memory apart from that of the step, and brought back one at a time, as Unsloth's "unsloth"
  /// keeps them in the host's memory while the step is on a GPU. On a CPU both are the same memory: it is counted apart.
  case unsloth
}
