// Completion with models and runs in scope, from the workbench's own table.
import Fields
import Interpreter
import Laboratory
import Language
import Testing
import Workbench

@Suite struct LaboratoryCompletionTests {
  static func session() -> Session {
    let session = Session()
    let cell = """
      base = transformer(layers=2, width=8, heads=1, ff=8, vocab=8, context=4)
      net = mlp([4, 4, 4])
      task = language(1, vocab=8)
      m = attach(base, lora(r=2))
      run = train(m, task, steps=1)
      """
    session.execute(Source(cell)) { _ in }
    return session
  }

  static let modules = [
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head",
  ]

  /// Text with `|` for the cursor, and what is offered first.
  static let table: [(String, [String])] = [
    ("attach(base, lora(targets=[\"|", modules.map { $0 + "\"" }),
    ("attach(base, lora(targets=[\"q|", ["q_proj\""]),
    ("attach(base, lora(targets=[\"q_|proj\"]))", ["q_proj"]),
    ("attach(base, lora(targets=\"all|", ["all-linear\""]),
    ("attach(base, lora(targets=[\"q_proj\", \"q|", []),
    ("attach(base, lora(target_modules=['self_attn.k|", ["self_attn.k_proj'"]),
    ("attach(base, lora(targets=[\"layers.1.mlp.d|", ["layers.1.mlp.down_proj\""]),
    ("attach(base, lora(targets=[|", modules.map { "\"\($0)\"" }),
    ("attach(base, lora(rank_pattern={\"up|", ["up_proj\""]),
    ("attach(base, lora(rank_pattern={\"up_proj\": 4, \"up|", []),
    ("attach base, lora(\n  r=4,\n  alpha_pattern={\"v|", ["v_proj\""]),
    ("attach(net, lora(targets=[\"|", ["0\"", "1\""]),
    ("attach(net, lora(targets=[\"lay|", ["layers.0\"", "layers.1\""]),
    ("attach(|", ["base", "m", "net"]),
    ("train(ba|", ["base", "batch="]),
    ("train(m, ta|", ["task"]),
    ("plot ru|", ["run"]),
    ("run.ad|", ["adapter"]),
    (
      "run.adapter.|",
      [
        "r", "alpha", "dropout", "use_rslora", "target_modules", "init_lora_weights", "use_dora", "bias",
        "modules_to_save", "exclude_modules", "layers_to_transform", "rank_pattern", "alpha_pattern",
        "parameters",
      ]
    ),
    ("m.adapter.al|", ["alpha", "alpha_pattern"]),
    ("base.adapter.|", []),
    ("run.loss.|", []),
    ("new = attach(base, lora())\ntrain(n|", ["net", "new", "neftune=", "neftune_noise_alpha="]),
    ("scaling rs|", ["rslora"]),
    ("lora(scaling=rs|", ["rslora"]),
    ("lora(use_rslora=|", ["True", "False"]),
    ("help gram|", ["grammar"]),
  ]

  @Test(arguments: table.indices)
  func offers(_ index: Int) throws {
    let (marked, expected) = Self.table[index]
    let parts = marked.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    let completion = Self.session().complete(parts.joined(), cursor: parts[0].utf8.count)
    let offered = completion.candidates.map { $0.text + $0.suffix }
    let isOpen = ["\"", "[", "(", "="].contains { parts[0].hasSuffix($0) }
    #expect((isOpen ? Array(offered.prefix(expected.count)) : offered) == expected, "\(marked)")
  }

  /// Without a model, the modules that a transformer has.
  @Test func modulesWithoutAModel() {
    let completion = Session().complete("lora(targets=[\"q", cursor: 16)
    #expect(completion.candidates.map(\.text) == ["q_proj"])
  }

  /// A parameter that lists choices offers them in its list.
  @Test func everyChoiceIsOffered() {
    let session = Session()
    for command in session.table.all {
      for parameter in command.parameters where !parameter.kind.takesName {
        let isList = parameter.kind.choices.isEmpty
        guard let choice = parameter.kind.choices.first ?? itemChoices(parameter.kind).first else { continue }
        for opening in [isList ? "[" : "", isList ? "[\"" : "\""] {
          let text = "\(command.name)(\(parameter.name)=\(opening)"
          let offered = session.complete(text, cursor: text.utf8.count).candidates.map(\.text)
          #expect(offered.contains(choice.word), "\(text)")
        }
      }
    }
  }

  private func itemChoices(_ kind: ParameterKind) -> [Choice] {
    switch kind {
    case .list(let item): item.choices
    case .either(let kinds): kinds.flatMap(itemChoices)
    default: []
    }
  }

  /// Every label of every command is offered, a line each, with its meaning.
  @Test func everyLabelIsOffered() {
    let session = Session()
    for command in session.table.all {
      for parameter in command.parameters where !parameter.isVariadic && !takesWords(command) {
        let text = "\(command.name)(\(parameter.name)"
        let candidates = session.complete(text, cursor: text.utf8.count).candidates
        let label = candidates.first { $0.text == parameter.name && $0.kind == .label }
        #expect(label?.meaning == parameter.meaning, "\(text)")
      }
    }
  }

  private func takesWords(_ command: Command) -> Bool {
    command.parameters.first?.kind.takesName ?? false
  }

  /// One word, one sort of text: where, single letters apart, a label means modules or a path in one command, it does in all.
  @Test func labelsMeanTheSameEverywhere() {
    let parameters = CommandTable.standard.all.flatMap(\.parameters)
    let labels = { (wanted: (ParameterKind) -> Bool) in
      Set(parameters.filter { wanted($0.kind) }.flatMap { [$0.name] + $0.aliases })
    }
    let meansModules: (ParameterKind) -> Bool = { $0.takesModule || $0.itemTakesModule || $0.hasModuleKeys }
    for (sort, means) in [("modules", meansModules), ("a path", { $0.takesPath })] {
      let words = labels(means)
      #expect(!words.isEmpty)
      for command in CommandTable.standard.all {
        for parameter in command.parameters
        where parameter.effect == .full && parameter.name.count > 1 && words.contains(parameter.name) {
          #expect(means(parameter.kind), "`\(parameter.name)` of `\(command.name)` means \(sort) elsewhere")
        }
      }
    }
  }
}

extension ParameterKind {
  fileprivate var itemTakesModule: Bool {
    switch self {
    case .list(let item): item.takesModule
    case .either(let kinds): kinds.contains(where: \.itemTakesModule)
    default: false
    }
  }
}
