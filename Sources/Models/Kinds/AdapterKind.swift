// The kinds of adapter: what a module computes with A and B, and what is trained beside them.
package import Adapters
import Kernels
package import Signals
package import Storage

/// What a module computes with A [r, in] and B [out, r], which every kind has.
///
/// How A and B begin is another matter, and any start goes with any kind: see `AdapterStart`. A kind is one value
/// without state; `adapterKinds` lists them.
package protocol AdapterKind: Sendable {
  /// Its name in tables and messages: `DoRA`.
  var title: String { get }
  /// Whether a configuration asks for it. Of kinds that it asks for the first of `adapterKinds` is meant.
  func isChosen(by configuration: LoRAConfiguration) -> Bool

  /// What its branch holds of a module during a step.
  ///
  /// - Parameter rows: of the whole step, by which orders of contraction are chosen; nil stands for PEFT's order.
  func held(_ site: AdapterSite, hasDropout: Bool, rows: Int?) -> HeldElements

  /// What it trains of a module beside A and B. The shapes are the same at every rank.
  func otherParts(of module: LinearModule) -> [AdapterPart.Form]

  /// Whether W + s·B·A is all that it makes of W: then adapters add up, and can be brought to another rank.
  var isUpdateAlone: Bool { get }
  /// Why none of several active adapters can stand before it; nil where it takes any place.
  var reasonToStandFirst: String? { get }
  /// Programs whose sources refuse it by name. Of other programs than PEFT nothing is known of a kind with other parts.
  var refusingLoaders: Set<AdapterLoader> { get }

  /// Sets the other parts of one module before training.
  ///
  /// - Parameters:
  ///   - parameters: have A and B.
  ///   - factor: s.
  ///   - weight: W as it stands, after what begins as a part of it was taken out.
  /// - Throws: `Interruption` where `stop` is asked.
  func begin(
    _ site: AdapterSite, in parameters: Buffer, factor: Float, weight: StoredMatrix, stop: StopSignal
  ) throws(Interruption)

  /// W [out, in] becomes what the adapter makes of it, in single precision as PEFT merges.
  ///
  /// - Throws: `Interruption` where `stop` is asked; the rest of W is then as it was.
  func merge(
    _ site: AdapterSite, of parameters: Buffer, factor: Float, into weight: UnsafeMutablePointer<Float>,
    stop: StopSignal
  ) throws(Interruption)
}

/// A kind with its part of a step.
protocol PlannedKind: AdapterKind {
  /// Lays out the branch of one module: its places, what is prepared before a step, the order of its products.
  ///
  /// - Parameter module: the module, and what of the plan its branch depends on.
  func branch(_ module: AdaptedModule, in builder: inout PlanBuilder) -> any AdapterBranch
}

/// An adapted module, as a kind lays out its branch.
struct AdaptedModule {
  let site: AdapterSite
  /// The site's number: with the seed it names the stream of dropout's masks.
  let number: Int
  /// s of s·B·A.
  let factor: Float
  /// W [out, in], frozen.
  let weight: StoredMatrix
  /// 0 where nothing is dropped, or nothing trained.
  let dropout: Double

  /// The sizes of A and B with s, as the kernels take them.
  var lowRank: LowRank {
    LowRank(
      inputs: site.module.inputs, outputs: site.module.outputs, rank: site.rank, multiplier: factor)
  }
}

/// All kinds, LoRA last: it is every configuration's that asks for no other.
private let plannedKinds: [any PlannedKind] = [DoRA(), LoRA()]

/// All kinds as other modules see them, without their part of a step.
package let adapterKinds: [any AdapterKind] = plannedKinds

/// What parts of an adapted module can be: A, B, then what each kind trains beside them.
package let adapterRoles: [AdapterPart.Role] = {
  let module = LinearModule(path: "", inputs: 1, outputs: 1)
  return [.a, .b] + adapterKinds.reversed().flatMap { $0.otherParts(of: module).map(\.role) }
}()

extension LoRAConfiguration {
  /// The kind with its part of a step.
  var plannedKind: any PlannedKind { plannedKinds.first { $0.isChosen(by: self) } ?? LoRA() }

  /// What the adapter makes of its modules.
  package var kind: any AdapterKind { plannedKind }
}

extension AdapterLayout {
  /// - Parameters:
  ///   - weights: all weights of the model, in its order, for `bias` and `modules_to_save`.
  ///   - memory: bytes of the machine.
  /// - Throws: `AdapterError` where a target or pattern matches nothing, a rank or alpha is out of range, or the
  ///   parameters with their gradient, moments and packed forms would not fit; `Interruption`.
  package init(
    _ configuration: LoRAConfiguration, modules: [LinearModule], standardTargets: [String],
    weights: [BaseWeight] = [], memory: Double = .infinity, stop: StopSignal = .never
  ) throws {
    let kind = configuration.kind
    try self.init(
      configuration, modules: modules, standardTargets: standardTargets, weights: weights, memory: memory,
      stop: stop, others: kind.otherParts)
  }
}
