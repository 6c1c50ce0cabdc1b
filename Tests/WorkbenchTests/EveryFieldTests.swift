// Whatever tells two runs apart is in all that is made of them: repetition, caption, file, difference and rows.
import Adapters
import Analysis
import Foundation
import Interpreter
import InterpreterSupport
import Kernels
import Laboratory
import Language
import Models
import Storage
import TestSupport
import Testing
import Training
import Workbench

/// A value of a field other than the usual one.
private struct Change<Root> {
  /// As Swift calls the field.
  var field: String
  /// Which of several values of the field.
  var variant = ""
  var apply: (inout Root) -> Void

  var name: String { variant.isEmpty ? field : "\(field) \(variant)" }

  init(_ field: String, _ variant: String = "", _ apply: @escaping (inout Root) -> Void) {
    self.field = field
    self.variant = variant
    self.apply = apply
  }
}

/// What is made of settings and an adapter, as text, and the fields that rightly are not in it, each with the reason.
private struct Place {
  var name: String
  var without: [String: String] = [:]
  var text: (TrainingSettings, LoRAConfiguration) throws -> String
}

/// What a grid is of.
private struct Grid {
  var settings: TrainingSettings
  var adapter = LoRAConfiguration()
}

/// In what two grids differ, and the fields that rightly make none.
private struct Distinction {
  var name: String
  var without: [String: String]
  var difference: (Grid, Grid) throws -> GridDifference?
}

/// The names of a value's stored fields.
private func labels(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }

/// Every stored field of a value as text, with all that is in it.
private func fields(_ value: Any) -> [String: String] {
  Dictionary(
    Mirror(reflecting: value).children.compactMap { child in
      child.label.map { ($0, String(describing: child.value)) }
    }, uniquingKeysWith: { first, _ in first })
}

private let measures = "what is measured on the way changes no step"
private let bound = "a run that was cut is repeated by its steps"
private let single = "no grid takes it"
private let searched = "the search finds it"
private let replaced = "the ranks of the grid take its place"
private let rowOfAGrid = "the same in every row: the .json file has it"

@Suite struct EveryFieldTests {
  private let files: TemporaryFolder
  private let session: Session

  init() throws {
    files = try TemporaryFolder()
    session = Session(environment: Environment(workingFolder: files.path))
  }

  // MARK: Fields

  private static let usual = TrainingSettings(
    steps: 30, learningRate: 0.5, optimizer: .adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0))

  private static var ofSettings: [Change<TrainingSettings>] {
    func adamw(_ beta1: Double, _ beta2: Double, _ epsilon: Double, _ decay: Double) -> OptimizerSettings {
      .adamw(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay)
    }
    return [
      Change("steps") { $0.steps = 31 }, Change("learningRate") { $0.learningRate = 0.25 },
      Change("batch") { $0.batch = 5 }, Change("accumulation") { $0.accumulation = 3 },
      Change("checkpointing") { $0.checkpointing = .full },
      Change("checkpointing", "offloaded") { $0.checkpointing = .unsloth },
      Change("optimizer", "adamw.beta1") { $0.optimizer = adamw(0.8, 0.999, 1e-8, 0) },
      Change("optimizer", "adamw.beta2") { $0.optimizer = adamw(0.9, 0.99, 1e-8, 0) },
      Change("optimizer", "adamw.epsilon") { $0.optimizer = adamw(0.9, 0.999, 1e-6, 0) },
      Change("optimizer", "adamw.weightDecay") { $0.optimizer = adamw(0.9, 0.999, 1e-8, 0.1) },
      Change("optimizer", "sgd") { $0.optimizer = .sgd(momentum: 0, weightDecay: 0) },
      Change("optimizer", "sgd.momentum") { $0.optimizer = .sgd(momentum: 0.5, weightDecay: 0) },
      Change("optimizer", "sgd.weightDecay") { $0.optimizer = .sgd(momentum: 0, weightDecay: 0.1) },
      Change("schedule") { $0.schedule = .linear },
      Change("schedule", "polynomial.power") { $0.schedule = .polynomial(power: 2, end: 1e-7) },
      Change("schedule", "polynomial.end") { $0.schedule = .polynomial(power: 1, end: 1e-3) },
      Change("schedule", "inverseSquareRoot.timescale") {
        $0.schedule = .inverseSquareRoot(timescale: 50)
      },
      Change("warmup") { $0.warmup = 3 },
      Change("clip") { $0.clip = 2 }, Change("neftune") { $0.neftune = 5 }, Change("seed") { $0.seed = 7 },
      Change("evalEvery") { $0.evalEvery = 4 },
      Change("loadBest") { $0.loadBest = true }, Change("patience") { $0.patience = 2 },
      Change("threshold") { $0.threshold = 0.5 },
      Change("stop") { $0.stop = 6 }, Change("seconds") { $0.seconds = 9 },
      Change("probeEvery") { $0.probeEvery = 8 },
      Change("precision") { $0.precision.format = .bf16 },
      Change("precision", "pure") { $0.precision = Precision(.fp16, .pure) },
    ]
  }

  private static var ofAdapters: [Change<LoRAConfiguration>] {
    [
      Change("rank") { $0.rank = 5 }, Change("alpha") { $0.alpha = .fixed(9) },
      Change("alpha", "of the rank") { $0.alpha = .ofRank(text: "2*r") { 2 * $0 } },
      Change("targets", "by name") { $0.targets = .names(["layers.0"]) },
      Change("targets", "by another name") { $0.targets = .names(["layers.1"]) },
      Change("targets", "by pattern") { $0.targets = .pattern("layers.0") },
      Change("targets", "all") { $0.targets = .allLinear },
      Change("scaling") { $0.scaling = .own(.rslora) },
      Change("scaling", "by a power") { $0.scaling = .own(.power(0.7)) },
      Change("dropout") { $0.dropout = 0.25 }, Change("initialization") { $0.initialization = .gaussian },
      Change("rankPattern") { $0.rankPattern = [("layers.0", 3)] },
      Change("rankPattern", "to another rank") { $0.rankPattern = [("layers.0", 2)] },
      Change("alphaPattern") { $0.alphaPattern = [("layers.0", 3)] },
      Change("excluded") { $0.excluded = .names(["layers.1"]) },
      Change("excluded", "by pattern") { $0.excluded = .pattern("layers.1") },
      Change("layers") { $0.layers = [0] }, Change("usesDoRA") { $0.usesDoRA = true },
      Change("bias") { $0.bias = .all }, Change("savedModules") { $0.savedModules = ["norm"] },
    ]
  }

  private static var ofRuns: [Change<Run>] {
    [
      Change("settings") { $0.settings.steps = 31 },
      Change("provenance") { $0.provenance = Provenance(written: ["base = linear(2, 2)"]) },
      Change("firstStep") { $0.firstStep = 2 },
      Change("modelDescription") { $0.modelDescription = "another" },
      Change("dataDescription") { $0.dataDescription = "another" },
      Change("adapterDescription") { $0.adapterDescription = "another" },
      Change("rule") { $0.rule = .rslora },
      Change("rule", "none") { $0.rule = nil }, Change("scalings") { $0.scalings[0].multiplier = 3 },
      Change("losses") { $0.losses[1] = 0.1 }, Change("gradientNorms") { $0.gradientNorms[0] = 0.1 },
      Change("stepSeconds") { $0.stepSeconds = [0.1] },
      Change("evaluations") { $0.evaluations[1].loss = 0.1 },
      Change("trace") { $0.trace[1].loss = 0.1 },
      Change("probes") { $0.probes = [ProbeRecord(step: 1, modules: [])] },
      Change("tokensPerStep") { $0.tokensPerStep = 9 }, Change("floor") { $0.floor = 0.2 },
      Change("lossBeforeResume") { $0.lossBeforeResume = 4 }, Change("ending") { $0.ending = .interrupted },
      Change("parameters") { $0.parameters = Buffer(count: 3) },
      Change("scaler") { $0.scaler = ScalerRecord(skipped: [1], changes: [.init(step: 0, scale: 4)]) },
      Change("roundings") {
        let site = RoundingSite(module: "layers.0", kind: .factor, isGradient: true)
        $0.roundings = [RoundingTotal(site: site, values: 9, overflows: 1, underflows: 2)]
      },
    ]
  }

  /// A new field fails here until a change of it is listed above.
  @Test func everyFieldIsChanged() {
    #expect(Set(labels(Self.usual)) == Set(Self.ofSettings.map(\.field)))
    #expect(Set(labels(LoRAConfiguration())) == Set(Self.ofAdapters.map(\.field)))
    #expect(Set(labels(Self.run(Self.usual, LoRAConfiguration()))) == Set(Self.ofRuns.map(\.field)))
    for optimizer in [OptimizerSettings.adamw, .sgd(momentum: 0, weightDecay: 0)] {
      for kind in Mirror(reflecting: optimizer).children {
        let parts = labels(kind.value).map { "\(kind.label ?? "").\($0)" }
        #expect(parts.count > 1)
        #expect(Set(parts).isSubset(of: Self.ofSettings.map(\.variant)))
      }
    }
  }

  /// Each property of an adapter is in the table of fields once: a change of it changes one entry, and each entry changes
  /// with one property.
  @Test func everyPropertyIsAFieldOfPEFT() {
    var fields: [String: Set<String>] = [:]
    for change in Self.ofAdapters {
      var adapter = LoRAConfiguration()
      change.apply(&adapter)
      let changed = LoRAConfiguration.fields.filter { !$0.isUsual(in: adapter) }.map(\.name)
      #expect(changed.count == 1, "\(change.name)")
      fields[change.field, default: []].formUnion(changed)
    }
    #expect(fields.values.allSatisfy { $0.count == 1 })
    #expect(Set(fields.keys) == Set(labels(LoRAConfiguration())))
    #expect(fields.values.flatMap { $0 }.sorted() == LoRAConfiguration.properties.map(\.name).sorted())
  }

  // MARK: Values

  private static func run(_ settings: TrainingSettings, _ configuration: LoRAConfiguration) -> Run {
    let rule = configuration.rule(mode: .lora)
    var run = Run(
      settings: settings, provenance: Provenance(written: ["base = mlp([8, 8, 8])"]), firstStep: 0,
      modelDescription: "a model",
      dataDescription: "data", adapterDescription: configuration.description(rule: rule), rule: rule,
      scalings: [
        ResolvedScaling(module: "layers.0", rank: configuration.rank, alpha: 8, multiplier: 2)
      ], tokensPerStep: 8, floor: nil, parameters: .empty)
    run.losses = [3, 2, 1]
    run.gradientNorms = [1, 0.5, 0.25]
    run.evaluations = [(0, 3), (3, 1)]
    run.trace = [(0, 3), (1, 2), (3, 1)]
    return run
  }

  private static func comparison(_ settings: TrainingSettings, _ configuration: LoRAConfiguration)
    -> Comparison
  {
    let run = run(settings, configuration)
    let arm = ComparisonArm(
      configuration: configuration, rule: configuration.rule(mode: .lora),
      learningRate: settings.learningRate,
      optimizer: settings.optimizer, scalings: run.scalings, runs: [run])
    return Comparison(
      arms: [arm], seeds: [settings.seed], settings: settings, modelDescription: "a model",
      dataDescription: "data", provenance: run.provenance, wasInterrupted: false, wasCut: false)
  }

  private static func map(_ settings: TrainingSettings, _ configuration: LoRAConfiguration) -> StabilityMap {
    let rule = configuration.rule(mode: .lora)
    // A map keeps its adapter with the rule in force.
    var configuration = configuration
    configuration.scaling = .own(rule)
    var map = StabilityMap(
      configuration: configuration, rule: rule, ranks: [2, 4], rates: [settings.learningRate],
      seeds: [settings.seed], settings: settings, modelDescription: "a model", dataDescription: "data",
      provenance: Provenance(written: ["base = mlp([8, 8, 8])"]))
    map.runs[1] = ColumnEntry(run(settings, configuration))
    map.wasCut = true
    map.fitFrom = 2
    return map
  }

  private static func frontier(_ settings: TrainingSettings, _ configuration: LoRAConfiguration) -> Frontier {
    let rule = configuration.rule(mode: .lora)
    let cell = FrontierCell(
      configuration: configuration, rule: rule, optimizer: settings.optimizer,
      multiplier: configuration.multiplier(rule, rank: configuration.rank), edges: [0.5], bests: [0.25],
      attempts: 7)
    return Frontier(
      lines: [FrontierLine(cells: [cell])], seeds: [settings.seed], settings: settings, search: RateSearch(),
      modelDescription: "a model", dataDescription: "data",
      provenance: Provenance(written: ["base = mlp([8, 8, 8])"]), fitFrom: 2)
  }

  private static func tuning(_ settings: TrainingSettings, _ configuration: LoRAConfiguration) -> Tuning {
    Tuning(
      configuration: configuration, rule: configuration.rule(mode: .lora), settings: settings,
      seeds: [settings.seed], modelDescription: "a model", dataDescription: "data",
      provenance: Provenance(written: ["base = mlp([8, 8, 8])"]),
      attempts: [
        TuningAttempt(
          rate: settings.learningRate, runs: [Self.run(settings, configuration)], isComplete: true)
      ])
  }

  /// A plan of the usual run, to which grids of others are held.
  private func plan() throws -> ComparisonPlan {
    execute("net = mlp([8, 8, 8]); drift = teacher(net)")
    let settings = Self.usual
    var plan = try ComparisonPlan(
      base: try object("net", as: ModelObject.self).model,
      data: try object("drift", as: DataObject.self).data,
      configurations: [LoRAConfiguration()], mode: .lora, learningRates: [settings.learningRate],
      seeds: [settings.seed], settings: settings)
    plan.modelDescription = "a model"
    plan.provenance = Provenance(written: ["base = mlp([8, 8, 8])"])
    return plan
  }

  // MARK: The session

  @discardableResult
  private func execute(_ cell: String) -> String {
    var lines: [String] = []
    session.execute(Source(cell)) { event in
      if let text = Transcript.text(event) { lines.append(text) }
    }
    return lines.joined(separator: "\n")
  }

  private func object<Object>(_ name: String, as type: Object.Type) throws -> Object {
    guard case .object(let object)? = session.scope.value(name) else {
      throw Failure("\(name) is no object")
    }
    return try #require(object as? Object)
  }

  /// The file of a value.
  private func saved(_ value: any LabObject, _ name: String = "x.json") throws -> String {
    session.scope.globals["x"] = .object(value)
    let answer = execute("save(x, \"\(name)\", overwrite=True)")
    #expect(answer.isEmpty)
    return try files.text(name)
  }

  /// The value that a file gives back.
  private func reread<Object>(_ value: Object) throws -> Object where Object: LabObject {
    let text = try saved(value)
    #expect(execute("y = load(\"x.json\")").isEmpty)
    let again = try object("y", as: Object.self)
    #expect(try saved(again) == text)
    return again
  }

  private func shown(_ value: any LabObject) -> String {
    session.scope.globals["x"] = .object(value)
    return execute("x")
  }

  private func repetition(_ value: any LabObject) throws -> String {
    guard case .text(let text)? = try value.field("settings", in: session) else {
      throw Failure("the value has no settings")
    }
    return text
  }

  // MARK: Settings and adapters

  private var places: [Place] {
    get throws {
      let gridOnly = Dictionary(
        uniqueKeysWithValues: [
          "evalEvery", "loadBest", "patience", "threshold", "stop", "seconds", "probeEvery",
        ].map { ($0, single) })
      return [
        Place(name: "arguments", without: ["seconds": bound]) { settings, adapter in
          settings.arguments + adapter.description(rule: adapter.rule(mode: .lora))
        },
        Place(
          name: "caption",
          without: [
            "evalEvery": measures, "probeEvery": measures, "seconds": bound,
            "targets by pattern": "stands as it is written, as a name does",
          ]
        ) { settings, adapter in
          settings.caption + adapter.name(rule: adapter.rule(mode: .lora))
        },
        Place(name: "the file of a run") { try saved(RunObject(Self.run($0, $1), adapter: nil)) },
        Place(name: "the file of a comparison") { try saved(ComparisonObject(Self.comparison($0, $1))) },
        Place(name: "the file of a map") { try saved(MapObject(Self.map($0, $1))) },
        Place(name: "the file of a frontier") { try saved(FrontierObject(Self.frontier($0, $1))) },
        Place(name: "the file of a tuning") {
          try saved(TuningObject(Self.tuning($0, $1), transfers: []))
        },
        Place(name: "what repeats a comparison", without: gridOnly) {
          try repetition(ComparisonObject(Self.comparison($0, $1)))
        },
        Place(name: "what repeats a map", without: gridOnly) {
          try repetition(MapObject(Self.map($0, $1)))
        },
        Place(name: "what repeats a frontier", without: gridOnly.merging(["learningRate": searched]) { $1 }) {
          try repetition(FrontierObject(Self.frontier($0, $1)))
        },
        Place(
          name: "the rows of a comparison",
          without: Dictionary(
            uniqueKeysWithValues: Self.ofSettings.map(\.name)
              .filter { !["learningRate", "optimizer sgd", "seed", "warmup"].contains($0) }.map {
                ($0, rowOfAGrid)
              }
          ).merging(["targets by pattern": "stands as it is written, as a name does"]) { $1 }
        ) { try saved(ComparisonObject(Self.comparison($0, $1)), "x.csv") },
      ]
    }
  }

  @Test func everySettingIsInAllThatIsMadeOfIt() throws {
    for place in try places {
      try check(place, Self.ofSettings, from: Self.usual) { try place.text($0, LoRAConfiguration()) }
    }
  }

  @Test func everyFieldOfAnAdapterIsInAllThatIsMadeOfIt() throws {
    for place in try places {
      try check(place, Self.ofAdapters, from: LoRAConfiguration()) { try place.text(Self.usual, $0) }
    }
  }

  /// Each change gives another text than the usual value and than every other change.
  private func check<Root>(
    _ place: Place, _ changes: [Change<Root>], from usual: Root, _ text: (Root) throws -> String
  ) throws {
    var seen = [try text(usual): "the usual value"]
    for change in changes {
      var changed = usual
      change.apply(&changed)
      let text = try text(changed)
      let isExcused = place.without[change.field] != nil || place.without[change.name] != nil
      if isExcused { continue }
      #expect(seen[text] == nil, "\(place.name): \(change.name) is \(seen[text] ?? "")")
      seen[text] = change.name
    }
  }

  /// What is excused is not there: its text is the usual one, or that of another change. An excuse that is no longer needed
  /// goes.
  @Test func noExcuseIsIdle() throws {
    for place in try places {
      let texts = try Self.ofSettings.map { change in
        var settings = Self.usual
        change.apply(&settings)
        return try place.text(settings, LoRAConfiguration())
      }
      let usual = try place.text(Self.usual, LoRAConfiguration())
      for (i, change) in Self.ofSettings.enumerated() where place.without[change.name] != nil {
        let isElsewhere = texts.indices.contains { $0 != i && texts[$0] == texts[i] }
        #expect(texts[i] == usual || isElsewhere, "\(place.name): \(change.name)")
      }
    }
  }

  // MARK: Differences

  private var distinctions: [Distinction] {
    get throws {
      let plan = try plan()
      return [
        Distinction(name: "comparisons", without: ["seconds": bound]) { a, b in
          var plan = plan
          let comparison = Self.comparison(a.settings, a.adapter)
          (plan.arms, plan.seeds, plan.settings) = (comparison.arms, comparison.seeds, a.settings)
          var other = Self.comparison(b.settings, b.adapter)
          other.dataDescription = plan.data.description
          return plan.difference(from: other, statements: \.statements)
        },
        Distinction(name: "maps", without: ["seconds": bound, "rank": replaced]) { a, b in
          Self.map(a.settings, a.adapter).difference(
            from: Self.map(b.settings, b.adapter), statements: \.statements)
        },
        Distinction(name: "frontiers", without: ["seconds": bound, "learningRate": searched]) { a, b in
          Self.frontier(a.settings, a.adapter).difference(
            from: Self.frontier(b.settings, b.adapter), statements: \.statements)
        },
      ]
    }
  }

  /// A grid goes on from another only where the two are of the same runs: any two of the usual one and its changes differ,
  /// each is as itself, and what is excused differs from nothing.
  @Test func gridsOfOtherRunsDiffer() throws {
    let settings =
      [("the usual grid", Grid(settings: Self.usual))]
      + Self.ofSettings.map { change in
        var grid = Grid(settings: Self.usual)
        change.apply(&grid.settings)
        return (change.name, grid)
      }
    let adapters = Self.ofAdapters.map { change in
      var grid = Grid(settings: Self.usual)
      change.apply(&grid.adapter)
      return (change.name, grid)
    }
    let grids = settings + adapters
    for distinction in try distinctions {
      for (i, (name, grid)) in grids.enumerated() {
        #expect(try distinction.difference(grid, grid) == nil, "\(distinction.name): \(name)")
        if distinction.without[name] != nil {
          #expect(try distinction.difference(grid, grids[0].1) == nil, "\(distinction.name): \(name)")
        }
        for (other, second) in grids[..<i]
        where distinction.without[name] == nil && distinction.without[other] == nil {
          #expect(
            try distinction.difference(grid, second) != nil, "\(distinction.name): \(name) and \(other)")
          #expect(
            try distinction.difference(second, grid) != nil, "\(distinction.name): \(other) and \(name)")
        }
      }
    }
  }

  // MARK: Files and back

  /// Every field of the value, and all that is in it, comes back.
  private func checkEqual(
    _ again: Any, _ value: Any, but excused: [String: String] = [:], _ what: String
  ) {
    let (found, expected) = (fields(again), fields(value))
    #expect(expected.count > 3)
    for (name, text) in expected where excused[name] == nil {
      #expect(found[name] == text, "\(what): \(name)")
    }
  }

  @Test func valuesComeBackWhole() throws {
    let left = [
      "parameters": "the file of the adapter has them", "stepSeconds": "equal runs are equal files",
    ]
    for change in Self.ofRuns {
      var run = Self.run(Self.usual, LoRAConfiguration())
      change.apply(&run)
      checkEqual(
        try reread(RunObject(run, adapter: nil)).run, run, but: left, "a run with \(change.name)")
    }
    func check(_ settings: TrainingSettings, _ adapter: LoRAConfiguration, _ change: String) throws {
      let (map, frontier) = (Self.map(settings, adapter), Self.frontier(settings, adapter))
      let (comparison, tuning) = (Self.comparison(settings, adapter), Self.tuning(settings, adapter))
      checkEqual(
        try reread(MapObject(map)).map, map, "a map with \(change)")
      checkEqual(
        try reread(FrontierObject(frontier)).frontier, frontier, "a frontier with \(change)")
      checkEqual(
        try reread(ComparisonObject(comparison)).comparison, comparison, "a comparison with \(change)")
      checkEqual(
        try reread(TuningObject(tuning, transfers: [])).tuning, tuning, "a tuning with \(change)")
    }
    for change in Self.ofSettings {
      var settings = Self.usual
      change.apply(&settings)
      try check(settings, LoRAConfiguration(), change.name)
    }
    for change in Self.ofAdapters {
      var adapter = LoRAConfiguration()
      change.apply(&adapter)
      try check(Self.usual, adapter, change.name)
    }
  }

  /// A file states each field of a run; a statement that repeats it has what settles it.
  @Test func everyFieldOfARunIsInItsFile() throws {
    let result = "it came of the run"
    let origin = "`provenance` makes it"
    let repetition = [
      "modelDescription": origin, "adapterDescription": origin, "scalings": origin, "rule": origin,
      "losses": result, "gradientNorms": result, "stepSeconds": result, "evaluations": result,
      "trace": result, "probes": result, "tokensPerStep": result, "floor": result,
      "lossBeforeResume": "`resume` says so", "parameters": result, "scaler": result, "roundings": result,
    ]
    let rows = ["losses", "gradientNorms", "evaluations"]
    let usual = Self.run(Self.usual, LoRAConfiguration())
    let file = try saved(RunObject(usual, adapter: nil))
    let table = try saved(RunObject(usual, adapter: nil), "x.csv")
    for change in Self.ofRuns {
      var run = usual
      change.apply(&run)
      let object = RunObject(run, adapter: nil)
      let isInFile = !["parameters", "stepSeconds"].contains(change.field)
      #expect((try saved(object) != file) == isInFile, "\(change.name)")
      if repetition[change.field] == nil {
        #expect(run.repetition != usual.repetition, "\(change.name)")
      }
      #expect((try saved(object, "x.csv") != table) == rows.contains(change.field), "\(change.name)")
    }
  }

  /// Pretraining that comes from the cache is the run that was made.
  @Test func theCacheKeepsEveryFieldOfARun() throws {
    func pretrained() throws -> Run {
      let session = Session(environment: Environment(cacheFolder: files.path, workingFolder: files.path))
      session.execute(
        Source("net = mlp([8, 8, 8]); x = pretrain(net, teacher(net, shift=0.1), steps=16, eval_every=4)")
      ) { _ in }
      guard case .object(let object as RunObject)? = session.scope.value("x") else {
        throw Failure("there is no run")
      }
      return object.run
    }
    let made = try pretrained()
    let kept = try pretrained()
    #expect(made.trace.count > 3 && made.losses.count == 16)
    checkEqual(
      kept, made, but: ["stepSeconds": "no step was made", "parameters": "compared below"], "the cache")
    #expect(kept.stepSeconds.isEmpty)
    #expect(
      kept.parameters.array(0..<kept.parameters.count) == made.parameters.array(0..<made.parameters.count))
  }
}
