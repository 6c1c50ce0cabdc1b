// Which modules a configuration means: PEFT's rules for target names, regular expressions and patterns.
package import Signals

/// A linear module that an adapter can be put on.
package struct LinearModule: Equatable, Sendable {
  /// As `model.layers.0.self_attn.q_proj`.
  package var path: String
  /// Columns and rows of its weight W [out, in].
  package var inputs: Int
  package var outputs: Int
  /// The output layer of a language model, which `all-linear` leaves out.
  package var isOutputLayer: Bool

  package init(path: String, inputs: Int, outputs: Int, isOutputLayer: Bool = false) {
    self.path = path
    self.inputs = inputs
    self.outputs = outputs
    self.isOutputLayer = isOutputLayer
  }
}

/// What is wrong with a configuration on the modules at hand.
package enum AdapterError: Error, Equatable, Sendable {
  /// A target that names no module; `modules` lists the last components there are.
  case targetMatchesNothing(target: String, isPattern: Bool, modules: [String])
  case patternMatchesNothing(parameter: String, pattern: String, modules: [String])
  case malformedPattern(parameter: String, pattern: String, reason: String)
  case noTargets
  /// What is left after `exclude_modules`, `modules_to_save` or `layers_to_transform` is nothing.
  case noTargetsLeft(parameter: String)
  /// A module of `modules_to_save` that the model does not have.
  case savedModuleUnknown(name: String, modules: [String])
  /// Refused before anything is allocated.
  case tooLarge(bytesNeeded: Double, bytesAvailable: Double)
  case rankNotPositive(rank: Int)
  /// An initialisation from W that has fewer directions than the rank.
  case rankAboveWidth(rank: Int, module: String, width: Int)
  /// An initialisation from W that is divided by the multiplier, which is not above 0, or not finite.
  case multiplierNotPositive(initialization: String, multiplier: Double, module: String)
  /// An initialisation from W on a base that is quantised, and a quantised module that is to be trained whole.
  case needsFullWeights(initialization: String, quantization: String)
  case trainedQuantized(module: String, quantization: String)
  /// An alpha rule that gives no finite number.
  case alphaNotFinite(text: String, rank: Int)
  case alreadyAdapted
  case notAdapted
  /// A kind of adapter whose roundings in a format of 16 bits are not known.
  case notRounded(kind: String, format: String)
  /// Of several adapters on one model: two of a name, one that is not there, none at all, or one that cannot be beside
  /// others.
  case nameTaken(name: String)
  case unknownName(name: String, names: [String])
  case noneActive(names: [String])
  case cannotShare(name: String, reason: String)
  case notMerged
  /// An adapter that began as a part of a base which is not at hand.
  case beginningUnknown
  /// A trained adapter whose modules or shapes are not those of the model.
  case otherModules
}

/// A regular expression of a user's or a file's, read.
struct ModulePattern {
  private let expression: PathExpression

  /// A text that names targets.
  init(_ pattern: String, parameter: String) throws {
    expression = try ModulePattern.read(pattern, parameter) { text throws(PathExpressionFlaw) in
      try PathExpression(text)
    }
  }

  /// A key of `rank_pattern` or `alpha_pattern`.
  init(key: String, parameter: String) throws {
    expression = try ModulePattern.read(key, parameter) { text throws(PathExpressionFlaw) in
      try PathExpression(key: text)
    }
  }

  /// A flaw of the expression becomes `AdapterError.malformedPattern`, which names the parameter.
  private static func read(
    _ text: String, _ parameter: String, _ body: (String) throws(PathExpressionFlaw) -> PathExpression
  ) throws -> PathExpression {
    do throws(PathExpressionFlaw) {
      return try body(text)
    } catch {
      throw AdapterError.malformedPattern(parameter: parameter, pattern: text, reason: error.description)
    }
  }

  /// As Python's `re.fullmatch(pattern, path)`.
  func matches(whole path: String) -> Bool { expression.matches(path) }
}

/// The first key of `rank_pattern` or `alpha_pattern` that a path matches.
func firstMatch(of patterns: [ModulePattern], path: String) -> Int? {
  patterns.firstIndex { $0.matches(whole: path) }
}

/// Whether a key of `rank_pattern` or `alpha_pattern` matches one of the paths; false for what is no regular expression.
package func patternMatches(_ key: String, anyOf paths: [String]) -> Bool {
  guard let pattern = try? PathExpression(key: key) else { return false }
  return paths.contains(where: pattern.matches)
}

/// The modules that the targets name, in the model's order.
///
/// - Throws: `AdapterError` where a target names none; `Interruption`.
package func matchingModules(
  _ targets: LoRAConfiguration.Targets, among modules: [LinearModule], standard: [String],
  stop: StopSignal = .never
) throws -> [LinearModule] {
  switch targets {
  case .standard:
    let names = Set(standard)
    return try modules.filter {
      try stop.check()
      return ends(of: $0.path).contains(where: names.contains)
    }
  case .allLinear:
    return modules.filter { !$0.isOutputLayer }
  case .names(let names):
    guard !names.isEmpty else { throw AdapterError.noTargets }
    let named = Set(names)
    let there = Set(modules.flatMap { ends(of: $0.path) })
    for name in names where !there.contains(name) {
      throw AdapterError.targetMatchesNothing(target: name, isPattern: false, modules: distinctNames(modules))
    }
    return try modules.filter {
      try stop.check()
      return ends(of: $0.path).contains(where: named.contains)
    }
  case .pattern(let text):
    let pattern = try ModulePattern(text, parameter: "targets")
    let matching = try modules.filter {
      try stop.check()
      return pattern.matches(whole: $0.path)
    }
    if matching.isEmpty {
      throw AdapterError.targetMatchesNothing(target: text, isPattern: true, modules: distinctNames(modules))
    }
    return matching
  }
}

extension LoRAConfiguration {
  /// The modules that get an adapter on a model: the targets without those excluded, those trained whole, and those of
  /// other layers.
  ///
  /// - Throws: `AdapterError` where a target or `exclude_modules` matches nothing, or nothing is left; `Interruption`.
  package func adaptedModules(
    among modules: [LinearModule], standard: [String], stop: StopSignal = .never
  ) throws -> [LinearModule] {
    var chosen = try matchingModules(targets, among: modules, standard: standard, stop: stop)
    func keep(_ parameter: String, _ isKept: (LinearModule) -> Bool) throws {
      let kept = chosen.filter(isKept)
      if kept.isEmpty && !chosen.isEmpty { throw AdapterError.noTargetsLeft(parameter: parameter) }
      chosen = kept
    }
    if let excluded {
      let lost = Set(
        try matchingModules(excluded, among: modules, standard: standard, stop: stop).map { $0.path })
      try keep("exclude_modules") { !lost.contains($0.path) }
    }
    if !savedModules.isEmpty {
      try keep("modules_to_save") { module in !savedModules.contains { module.path.hasSuffix($0) } }
    }
    if let layers {
      // PEFT: a target that is a module's whole path means it, whatever its layer.
      var paths: Set<String> = []
      if case .names(let names) = targets { paths = Set(names) }
      try keep("layers_to_transform") { module in
        paths.contains(module.path) || layerNumber(module.path).map(layers.contains) ?? false
      }
    }
    return chosen
  }

  /// The first number in the path behind another component: 3 in `model.layers.3.mlp.up_proj`.
  private func layerNumber(_ path: String) -> Int? {
    path.split(separator: ".").dropFirst().compactMap { Int($0) }.first
  }
}

/// What names a module in PEFT: its path, and each end of it after a dot.
private func ends(of path: String) -> [String] {
  let bytes = path.utf8
  return [path]
    + bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }.map { String(path[bytes.index(after: $0)...]) }
}

/// The last components of the paths, each once, in order; whole paths where the last component is a number.
package func distinctNames(_ modules: [LinearModule]) -> [String] {
  var names: [String] = []
  var known: Set<String> = []
  for module in modules {
    let last = module.path.split(separator: ".").last.map(String.init) ?? module.path
    let name = Int(last) == nil ? last : module.path
    if known.insert(name).inserted { names.append(name) }
  }
  return names
}
