// What holds of every kind of adapter with every start: its parts, its files, its beginning, and what merging gives.
import Adapters
import Interchange
import Kernels
import Models
import ReferenceSupport
import Storage
import TensorFile
import TestSupport
import Testing

/// A kind of the table with a start.
struct KindAndStart: CustomTestStringConvertible, Sendable {
  var kind: String
  var start: LoRAConfiguration.Initialization
  var testDescription: String { "\(kind), \(start.rawValue)" }

  /// What asks for each kind.
  static let asked: [String: @Sendable (inout LoRAConfiguration) -> Void] = [
    "LoRA": { _ in },
    "DoRA": { $0.usesDoRA = true },
  ]

  static let all = asked.keys.sorted().flatMap { kind in
    LoRAConfiguration.Initialization.allCases.map { KindAndStart(kind: kind, start: $0) }
  }

  /// Ranks of both orders of contraction.
  func configuration(dropout: Double = 0) -> LoRAConfiguration {
    var configuration = LoRAConfiguration(
      rank: 16, alpha: .fixed(6), targets: .allLinear, scaling: .own(.rslora), dropout: dropout,
      initialization: start, rankPattern: [("v_proj", 2)])
    KindAndStart.asked[kind]?(&configuration)
    return configuration
  }
}

@Suite struct AdapterKindTests {
  private let base: Model
  private let batch: Batch
  private static let shape = BatchShape(sequences: 6, positions: 8)

  init() {
    let shape = TransformerShape(
      layers: 1, width: 24, heads: 3, keyHeads: 3, feedForward: 20, context: 8, vocabulary: 19)
    // Weights large enough that every part matters.
    let values = BaseWeights(.transformer(shape), seed: 3).values
    var random = TestRandom(9)
    for i in 0..<values.count { values.pointer[i] += 0.2 * random.float() }
    base = Model(base: BaseWeights(.transformer(shape), values: values), description: "base")
    random = TestRandom(5)
    let tokens = TokenBuffer(rows: Self.shape.rows)
    for i in 0..<Self.shape.rows {
      tokens.tokens[i] = Int32(random.next() % 19)
      tokens.targets[i] = Int32(random.next() % 19)
    }
    batch = Batch(tokens: tokens, countedRows: Self.shape.rows)
  }

  /// The adapter on the base, all its parameters moved away from where they begin.
  private func moved(_ kind: KindAndStart) throws -> Model {
    let model = try base.attached(kind.configuration())
    let adapter = try #require(model.adapter)
    var random = TestRandom(31)
    let parameters = adapter.parameters.copy()
    for i in 0..<parameters.count { parameters.pointer[i] += 0.1 * random.float() }
    adapter.parameters = parameters
    return model
  }

  private func outputs(_ model: Model, isPlain: Bool = false, trainable: Trainable = .nothing) throws
    -> [Float]
  {
    let plan = Plan(
      base: model.base, adapter: model.adapter?.layout, rule: .rslora, trainable: trainable,
      shape: Self.shape, isPlain: isPlain)
    let parameters = model.adapter?.parameters ?? .empty
    try plan.prepare(parameters: parameters)
    return try plan.outputs(parameters: parameters, batch: batch)
  }

  @Test func everyKindIsAskedFor() throws {
    #expect(Set(KindAndStart.asked.keys) == Set(adapterKinds.map(\.title)))
    for kind in KindAndStart.all { #expect(kind.configuration().kind.title == kind.kind) }
  }

  /// The parts of all modules stand behind each other and are all of the vector; each role is there once.
  @Test(arguments: KindAndStart.all)
  func partsAddUp(_ kind: KindAndStart) throws {
    var configuration = kind.configuration()
    configuration.savedModules = ["norm"]
    let layout = try #require(try base.attached(configuration).adapter?.layout)
    var end = 0
    for site in layout.sites {
      #expect(site.parts.prefix(2).map(\.role) == [.a, .b])
      #expect(
        site.parts.dropFirst(2).map { AdapterPart.Form($0.role, shape: $0.shape) }
          == configuration.kind.otherParts(of: site.module))
      #expect(Set(site.parts.map(\.role.name)).count == site.parts.count)
      #expect(site.parts.allSatisfy { adapterRoles.contains($0.role) && site[$0.role] == $0 })
      for part in site.parts {
        #expect(part.offset == end && part.count == part.shape.reduce(1, *) && part.count > 0)
        end = part.range.upperBound
      }
      #expect(site.range.upperBound == end)
    }
    for weight in layout.weights {
      #expect(weight.offset == end)
      end += weight.weight.count
    }
    #expect(end == layout.count)
  }

  /// The tensors of a saved folder are the parts; what is read back is the adapter, to the bit.
  @Test(arguments: KindAndStart.all)
  func aSavedFolderHasTheParts(_ kind: KindAndStart) throws {
    let model = try moved(kind)
    let adapter = try #require(model.adapter)
    let temporary = try TemporaryFolder()
    let folder = temporary.path
    try AdapterFolder.save(
      adapter.layout, parameters: adapter.parameters, rule: .rslora, architecture: model.architecture,
      baseModel: nil, to: "adapter", at: folder)
    let file = try TensorFile.read(path: "\(folder)/\(AdapterFolder.tensorsName)")
    let parts = adapter.layout.sites.flatMap { site in
      site.parts.map { ("base_model.model.\(site.module.path)\($0.role.suffix)", $0) }
    }
    #expect(file.tensors.map(\.name).sorted() == parts.map(\.0).sorted())
    for (name, part) in parts {
      let entry = try #require(file[name])
      let values = try entry.floats()
      #expect(entry.shape == part.shape && values == adapter.parameters.array(part.range), "\(name)")
    }
    let loaded = try AdapterFolder("adapter", at: folder).attached(to: base)
    let back = try #require(loaded.adapter)
    #expect(back.layout.configuration.kind.title == kind.kind)
    #expect(back.layout.sites == adapter.layout.sites)
    #expect(back.parameters.array() == adapter.parameters.array())
    #expect(try outputs(loaded) == outputs(model))
  }

  /// An adapter that was not trained changes nothing, but for one whose B is drawn.
  @Test(arguments: KindAndStart.all)
  func theBeginningChangesNothing(_ kind: KindAndStart) throws {
    let model = try base.attached(kind.configuration())
    let difference = try largestDifference(outputs(model), outputs(base))
    let isUnchanged = kind.start.isZeroAtFirst || kind.start.splitsBase
    #expect((difference < 1e-5) == isUnchanged, "largest difference of logits \(difference)")
  }

  /// A merged model computes what the adapted one does, in PEFT's order of contraction and in that of the shapes, and
  /// where the input of A would be dropped in training.
  @Test(arguments: KindAndStart.all)
  func mergedComputesTheSame(_ kind: KindAndStart) throws {
    let model = try moved(kind)
    let adapter = try #require(model.adapter)
    let merged = try outputs(try model.merged(mode: .rslora))
    #expect(try largestDifference(merged, outputs(base)) > 1e-2)
    var dropping = adapter.layout.configuration
    dropping.dropout = 0.5
    let layout = try AdapterLayout(dropping, modules: model.base.linearModules, standardTargets: [])
    let plan = Plan(
      base: model.base, adapter: layout, rule: .rslora, trainable: .adapter, shape: Self.shape)
    try plan.prepare(parameters: adapter.parameters)
    let differences = try [
      outputs(model), outputs(model, isPlain: true), outputs(model, isPlain: true, trainable: .adapter),
      plan.outputs(parameters: adapter.parameters, batch: batch),
    ].map { largestDifference($0, merged) }
    print("\(kind.testDescription): merged against adapted, largest differences of logits \(differences)")
    for difference in differences { #expect(difference < 1e-5) }
  }
}
