// The commands about scaling: the session's mode, multipliers, tables, equivalent alphas.
import Adapters
import Analysis
import Display
import Fields
import Interpreter
import Laboratory
import Models
import Signals
import Text

enum ScalingCommands {
  static let all: [Command] = [scaling, multiplier, scalingTable, equivalentAlpha, matched, power]

  private static let paper = "Hu et al. 2021 (alpha/r); Kalajdzievski 2023, arXiv 2312.03732 (alpha/√r)"

  private static let scaling = Command(
    "scaling", .scaling,
    [Parameter("mode", ruleKind, .absent("shows the mode"), "the rule that adapters follow from now on")],
    result: "nothing", "Shows or sets the session's scaling mode.",
    details: "Adapters written without `scaling` follow the mode, also those attached already. "
      + "`scaling` alone lists the multiplier of every adapted module.",
    example: "scaling rslora", source: paper
  ) { arguments, session in
    if let rule = try arguments.rule("mode") { session.lab.mode = rule }
    session.emit(.text("scaling mode: \(session.lab.mode.name), multiplier \(session.lab.mode.formula)"))
    if let table = multiplierTable(session) { session.emit(.table(table)) }
    return .none
  }

  private struct Row: Equatable {
    var rank: Int
    var alpha: Double
    var multiplier: Double
  }

  /// nil where no model is adapted.
  private static func multiplierTable(_ session: Session) -> Table? {
    var rows: [[String]] = []
    for (name, object) in session.liveModels {
      guard let layout = object.model.adapter?.layout else { continue }
      let rule = layout.configuration.rule(mode: session.lab.mode)
      let sites = layout.sites.map {
        (
          path: $0.module.path, item: Row(rank: $0.rank, alpha: $0.alpha, multiplier: $0.multiplier(rule))
        )
      }
      let origin = layout.configuration.scaling == .follows ? "follows" : "own"
      for group in grouped(sites) {
        rows.append([
          name, group.path, "\(group.item.rank)", NumberFormat.text(group.item.alpha), rule.name,
          NumberFormat.text(group.item.multiplier), origin,
        ])
      }
    }
    if rows.isEmpty { return nil }
    return Table(
      columns: [
        Table.Column("model"), Table.Column("module"), Table.Column("r", .right),
        Table.Column("alpha", .decimal), Table.Column("rule", priority: 1),
        Table.Column("multiplier", .decimal), Table.Column("scaling"),
      ], rows: rows)
  }

  private static let multiplier = Command(
    "multiplier", .scaling,
    [
      Parameter("r", .whole(NumberRange(1)), .required, "rank"),
      Parameter(
        "alpha", aliases: ["lora_alpha"], alphaKind, .required, "lora_alpha, or a rule such as \"2*r\""),
      Parameter("scaling", ruleKind, .absent("the session's mode"), "the rule"),
    ],
    result: "a number", "The multiplier s of s·B·A·x.", example: "multiplier(scaling=rslora, r=64, alpha=16)",
    source: paper
  ) { arguments, session in
    let rule = try arguments.rule("scaling") ?? session.lab.mode
    let rank = Double(arguments.whole("r"))
    return .number(rule.multiplier(alpha: try arguments.alpha("alpha").value(rank: rank), rank: rank))
  }

  private static let scalingTable = Command(
    "scaling_table", .scaling,
    [
      Parameter("r", .list(.whole(NumberRange(1))), .required, "ranks"),
      Parameter(
        "alpha", aliases: ["lora_alpha"], alphaKind, .absent("multipliers in units of alpha"),
        "lora_alpha, or a rule such as \"2*r\""),
      Parameter(
        "rules", .list(.either([.choice(ruleChoices), .object([.rule])])), .absent("lora and rslora"),
        "the rules to show"),
    ],
    result: "nothing", "A table of multipliers: ranks down, rules across.",
    details: "Multipliers are rounded to four decimals; `multiplier` gives them exactly.",
    example: "scaling_table(r=[16, 64, 128])", source: paper
  ) { arguments, session in
    let rules = rules(arguments)
    let alpha: Alpha? = arguments.isGiven("alpha") ? try arguments.alpha("alpha") : nil
    let columns =
      [Table.Column("r", .right)] + (alpha == nil ? [] : [Table.Column("alpha", .decimal)])
      + rules.map { Table.Column("\($0.name): \($0.formula)", .decimal) }
    let rows = try arguments.wholes("r").map { rank in
      try session.environment.stop.check()
      let value = alpha?.value(rank: Double(rank))
      return ["\(rank)"] + (value.map { [NumberFormat.text($0)] } ?? [])
        + rules.map { rule in
          let s = rule.multiplier(alpha: value ?? 1, rank: Double(rank))
          return fourDecimals(s) + (value == nil ? " · alpha" : "")
        }
    }
    session.emit(
      .table(
        Table(
          "multiplier of B·A·x" + (alpha.map { ", alpha = \($0.formula)" } ?? ""), columns: columns,
          rows: rows))
    )
    return .none
  }

  private static func fourDecimals(_ x: Double) -> String {
    let rounded = (x * 10_000).rounded() / 10_000
    return rounded == 0 ? NumberFormat.rounded(x, digits: 3) : NumberFormat.text(rounded)
  }

  private static let equivalentAlpha = Command(
    "equivalent_alpha", .scaling,
    [
      Parameter("alpha", aliases: ["lora_alpha"], .number(.any), .required, "the alpha that is known"),
      Parameter("r", .whole(NumberRange(1)), .required, "rank"),
      Parameter("source", aliases: ["scaling"], ruleKind, .text("rslora"), "the rule that alpha is for"),
      Parameter("target", ruleKind, .text("lora"), "the rule whose alpha is wanted"),
    ],
    result: "a number", "The alpha that gives the same multiplier under another rule.",
    details:
      "LoRA with alpha·√r is rsLoRA with alpha: rsLoRA is a convention for alpha, not another algorithm.",
    example: "equivalent_alpha(alpha=16, r=64)", source: paper
  ) { arguments, _ in
    let rank = Double(arguments.whole("r"))
    let source = try arguments.rule("source") ?? .rslora
    let target = try arguments.rule("target") ?? .lora
    let s = source.multiplier(alpha: arguments.number("alpha"), rank: rank)
    return .number(target.alpha(multiplier: s, rank: rank))
  }

  private static let matched = Command(
    "matched", .scaling,
    [
      Parameter("r", aliases: ["ranks"], .list(.whole(NumberRange(1))), .required, "the ranks"),
      Parameter("multiplier", .number(.positive), .number(2), "the multiplier that all rules share"),
      Parameter("anchor", .whole(NumberRange(1)), .number(16), "the rank at which they share it"),
      Parameter(
        "rules", .list(.either([.choice(ruleChoices), .object([.rule])])), .absent("lora and rslora"),
        "the rules to compare"),
    ],
    result: "a list of adapters", "Adapters whose alpha gives every rule the same multiplier at one rank.",
    details:
      "The control for a comparison of rules: with the same alpha they would differ by the multiplier at every rank.",
    example: "matched(r=[16, 64])"
  ) { arguments, _ in
    let anchor = Double(arguments.whole("anchor"))
    let rules = rules(arguments)
    return .list(
      arguments.wholes("r").flatMap { rank in
        rules.map { rule in
          let alpha = rule.alpha(multiplier: arguments.number("multiplier"), rank: anchor)
          return .object(
            AdapterObject(LoRAConfiguration(rank: rank, alpha: .fixed(alpha), scaling: .own(rule))))
        }
      })
  }

  /// The rules that a list names; LoRA and rsLoRA without one.
  private static func rules(_ arguments: Arguments) -> [ScalingRule] {
    guard arguments.isGiven("rules") else { return [.lora, .rslora] }
    return arguments.list("rules").map { value in
      switch value {
      case .text("lora"): .lora
      case .text("constant"): .constant
      case .object(let object as RuleObject): object.rule
      default: .rslora
      }
    }
  }

  private static let power = Command(
    "power", .scaling, [Parameter("p", .number(.any), .required, "exponent of the rank")],
    result: "a scaling rule", "The rule alpha/r^p: p = 1 is lora, 0.5 rslora, 0 constant.",
    example: "scaling_table(r=[16, 64], rules=[lora, power(0.75)])"
  ) { arguments, _ in
    .object(RuleObject(.power(arguments.number("p"))))
  }
}
