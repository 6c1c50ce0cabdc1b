// One operation of a step's plan, and what it sees of its shard.
import Signals
import Storage

/// One operation of a model, as a step runs it: `forward` on one shard of the batch's rows, then `backward`. Operations
/// hold offsets into the shard's arena, so that one plan serves all shards.
protocol Operation: Sendable {
  /// What it is called by.
  var part: OperationPart { get }
  /// The values that `forward` makes, or changes in place.
  var outputSlots: [Slot] { get }
  /// The values whose gradients `backward` makes or adds to, where they have one.
  var inputSlots: [Slot] { get }
  /// Makes the outputs of the inputs, in the arena. Called in the order of the plan.
  func forward(_ shard: ShardView)
  /// Makes again what `backward` reads beside the values of inputs and output: those stand, but what the operation kept for
  /// itself does not. Called in place of `forward` where a layer is computed again and the output was kept.
  func remake(_ shard: ShardView)
  /// Called in the reverse order. Gradients of the outputs are complete; gradients of the inputs are written, or
  /// added to where an operation later in the forward order has written them. The gradient of the operation's
  /// parameters is added to the group's sums, or starts them in the group's first shard.
  func backward(_ shard: ShardView)
  /// Multiplications that `finishGradient` makes, about: 0 without trainable parameters.
  var finishCost: Int { get }
  /// Brings the groups' sums together, in the order of the groups, after all shards have gone backward.
  func finishGradient(_ step: StepView)
}

extension Operation {
  /// Nothing, for operations that keep no values for themselves.
  func remake(_ shard: ShardView) {}
  var finishCost: Int { 0 }
  /// Nothing without trainable parameters.
  func finishGradient(_ step: StepView) {}
}

/// What an operation is called by.
enum OperationPart {
  /// `normWeight` is the second half of a norm whose first half is rounded.
  case linear, norm, normWeight, embedding, loss
  /// Something that the module does which the last linear layer is a part of, or that follows this layer.
  case within(String), after(String)
  case alone(String)

  var isLoss: Bool { if case .loss = self { true } else { false } }
}

/// What an operation works on. Pointers are valid during one step.
struct ShardView {
  /// Values and gradients; it begins with the scratch that operations use in turn.
  let arena: UnsafeMutablePointer<Float>
  /// Floats of it.
  let arenaCount: Int
  /// Values that are kept apart from the arena.
  let offloaded: UnsafeMutablePointer<Float>
  /// The trainable parameters.
  let parameters: UnsafePointer<Float>
  /// Packed forms of trainable parameters, made by `Plan.prepare`.
  let packed: UnsafePointer<Float>
  /// Token of each row; absent for a perceptron.
  let tokens: UnsafePointer<Int32>?
  let targetTokens: UnsafePointer<Int32>?
  /// Inputs and targets of each row of a perceptron; absent for a transformer.
  let inputs: UnsafePointer<Float>?
  let targets: UnsafePointer<Float>?
  /// Loss of each row.
  let losses: UnsafeMutablePointer<Float>
  /// Rows of the shard.
  let rows: Int
  /// The number of the first row within the batch.
  let firstRow: Int
  /// What the loss gradient of a row is multiplied with: 1 over the rows of the batch that count.
  let lossScale: Float
  /// The step's number, which the masks of dropout depend on.
  let step: Int
  /// Draws dropout masks; nil while evaluating.
  let dropoutSeed: UInt64?
  /// The gradient of the parameters over the group's shards so far.
  let gradient: UnsafeMutablePointer<Float>
  /// The gradients of merged weights over the group's shards so far.
  let sums: UnsafeMutablePointer<Float>
  /// Whether the shard is its group's first, which sets these gradients.
  let startsGroup: Bool
  /// Whether a gradient is made.
  let isTraining: Bool
  /// Whether a layer is computed again before its gradients: its values have been counted.
  var isRemaking = false
  /// Once it is asked, the rest of the step is left undone; whoever runs the plan throws.
  let stop: StopSignal

  /// Where operations keep what they need while they run; the next one overwrites it.
  var scratch: UnsafeMutablePointer<Float> { arena }

  /// A place of the arena, of which the caller uses `count` floats.
  func place(_ offset: Int, count: Int) -> UnsafeMutablePointer<Float> {
    precondition(
      offset >= 0 && count >= 0 && offset <= arenaCount - count,
      "\(count) floats at \(offset) of an arena of \(arenaCount)")
    return arena + offset
  }
}

/// A value of the plan: rows × columns of a shard, and the gradient of the loss with respect to it.
struct Slot: Sendable {
  /// Tells the slots of a plan apart, from 1.
  let id: Int
  let columns: Int
  /// The offset of the value in the arena.
  let value: Int
  /// nil where nothing trainable lies before it.
  let gradient: Int?
}

/// An operation's view of one of its inputs.
struct Input: Sendable {
  let slot: Slot
  /// Whether an operation later in the forward order has written the gradient already.
  let accumulates: Bool

  var columns: Int { slot.columns }

  /// The value [rows, columns].
  func value(_ shard: ShardView) -> UnsafeMutablePointer<Float> { slot.values(shard) }
  /// Its gradient [rows, columns]; nil where it needs none.
  func gradient(_ shard: ShardView) -> UnsafeMutablePointer<Float>? { slot.gradients(shard) }
}

extension Slot {
  /// The value in the arena of a shard: [rows, columns], row after row.
  func values(_ shard: ShardView) -> UnsafeMutablePointer<Float> {
    shard.place(value, count: shard.rows * columns)
  }
  /// The gradient of the loss with respect to it, of the same shape; nil where it needs none.
  func gradients(_ shard: ShardView) -> UnsafeMutablePointer<Float>? {
    gradient.map { shard.place($0, count: shard.rows * columns) }
  }
}

/// A vector of weights, as of a norm or a bias: frozen, or at an offset of the trainable parameters.
enum VectorSource: Sendable {
  case frozen(Buffer, offset: Int)
  case trained(offset: Int)

  /// Its values as they stand in this step.
  func pointer(_ shard: ShardView) -> UnsafePointer<Float> {
    switch self {
    case .frozen(let buffer, let offset): UnsafePointer(buffer.pointer + offset)
    case .trained(let offset): shard.parameters + offset
    }
  }

  var isTrained: Bool {
    if case .trained = self { true } else { false }
  }

  /// The group's gradient of the vector, set to zero in the group's first shard; nil where it is frozen.
  func gradient(_ shard: ShardView, count: Int) -> UnsafeMutablePointer<Float>? {
    guard case .trained(let offset) = self else { return nil }
    let gradient = shard.gradient + offset
    if shard.startsGroup { gradient.update(repeating: 0, count: count) }
    return gradient
  }

  /// Adds the groups' gradients of the vector; nothing where it is frozen.
  func finishGradient(_ step: StepView, count: Int) {
    if case .trained(let offset) = self { step.addGroups(offset, count: count) }
  }
}

/// The input of a layer with its place apart.
struct Offload: Sendable {
  let slot: Slot
  /// The offset among the values that are kept apart.
  let place: Int

  /// Copies the value to its place.
  func save(_ shard: ShardView) {
    (shard.offloaded + place).update(from: slot.values(shard), count: shard.rows * slot.columns)
  }

  /// Copies it back.
  func fetch(_ shard: ShardView) {
    slot.values(shard).update(from: shard.offloaded + place, count: shard.rows * slot.columns)
  }
}
