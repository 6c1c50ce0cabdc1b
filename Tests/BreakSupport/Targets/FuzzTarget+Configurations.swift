// The readers of config.json and adapter_config.json, and of the expressions in them, as targets.

import Adapters
import Analysis
import Interchange
import Interpreter
import Laboratory
import Models
import Workbench

extension FuzzTarget {
  private static let numberWords = [
    "16", "0.5", "1e-5", "1e308", "2147483647", "10000", "10001", "4096", "-0", "1.0", "1e9",
  ]

  // MARK: Models

  private static let modelWords =
    jsonWords + numberWords + [
      "\"model_type\":", "\"llama\"", "\"gpt2\"", "\"qwen2\"", "\"use_sliding_window\":false",
      "\"ranklab_mlp\"", "\"ranklab_linear\"", "\"hidden_size\":",
      "\"num_attention_heads\":", "\"num_key_value_heads\":", "\"head_dim\":", "\"intermediate_size\":",
      "\"num_hidden_layers\":", "\"vocab_size\":", "\"max_position_embeddings\":", "\"rope_theta\":",
      "\"rope_scaling\":{", "\"rope_parameters\":{", "\"rope_type\":\"llama3\"", "\"factor\":",
      "\"tie_word_embeddings\":true", "\"n_embd\":", "\"n_head\":", "\"n_inner\":", "\"n_positions\":",
      "\"widths\":[",
      "\"activation\":\"gelu\"", "\"inputs\":", "\"outputs\":", "\"rms_norm_eps\":", "\"layer_types\":[",
      "\"full_attention\"", "\"x\":1,",
    ]

  /// A config.json: read, written, read again; its weights made where they are small.
  package static let modelConfiguration = FuzzTarget(
    name: "model-config",
    seeds: FuzzFixture.files(named: "config.json", below: "models")
      + [
        #"{"model_type":"ranklab_mlp","widths":[3,5,2],"activation":"gelu"}"#,
        #"{"model_type":"ranklab_linear","inputs":4,"outputs":3}"#,
        #"{"model_type":"llama","hidden_size":8,"num_attention_heads":2,"intermediate_size":12,"#
          + #""num_hidden_layers":1,"vocab_size":9,"rope_scaling":{"type":"linear","factor":2},"note":[{}]}"#,
        #"{"model_type":"llama","hidden_size":8,"num_attention_heads":2,"num_key_value_heads":1,"head_dim":6,"#
          + #""intermediate_size":12,"num_hidden_layers":1,"vocab_size":9,"rope_parameters":{"rope_type":"llama3","#
          + #""rope_theta":5e5,"factor":8,"low_freq_factor":1,"high_freq_factor":4,"#
          + #""original_max_position_embeddings":64}}"#,
        #"{"model_type":"qwen2","hidden_size":8,"num_attention_heads":2,"num_key_value_heads":1,"#
          + #""intermediate_size":12,"num_hidden_layers":1,"vocab_size":9,"use_sliding_window":false,"#
          + #""sliding_window":4,"max_window_layers":1}"#,
      ].map { Array($0.utf8) },
    words: modelWords
  ) { bytes in
    let words = { (error: ModelFolderError) in error.description }
    guard
      let read = try accepted(
        ModelFolderError.self, words: words, { try HubConfiguration(parsing: bytes, path: "c") })
    else { return .refused }
    let source = ModelSource(folder: "f", configuration: String(decoding: bytes, as: UTF8.self))
    let text = try HubConfiguration.text(read.architecture, source: source)
    let again = try HubConfiguration(parsing: Array(text.utf8), path: "again")
    try BreakFinding.require(again.architecture == read.architecture, "written and read, it differs: \(text)")
    let isSmall = try accepted(ModelError.self, words: { "\($0)" }) {
      try read.architecture.validate(memory: 1e6)
      return true
    }
    if isSmall == true {
      let base = BaseWeights(read.architecture, seed: 0)
      try BreakFinding.require(!base.shapes.isEmpty, "a model without weights")
    }
    return .accepted
  }

  // MARK: Adapters

  private static let patternWords = [
    "(a+)+$", "(.*a){12}", "(.*)*", "(a|a)*", "(.*.*.*)+", "(?:", "(?=", "(?!", "(?P<n>", "(?i)", "(?<=", ")",
    "|", "*",
    "+", "?", "{2}", "{1,}", "{,3}", "{1000000}", "((a{99}){99}){99}", ".*", "\\\\.", "\\\\d+", "\\\\1",
    "\\\\b",
    "[a-z]", "[^", "[]]", "^", "$", "q_proj", "model.layers.0.self_attn.q_proj", "((((((((((((((((", "a?",
  ]

  private static let adapterWords =
    jsonWords + numberWords + patternWords + [
      "\"r\":", "\"lora_alpha\":", "\"use_rslora\":true", "\"use_dora\":true", "\"rank_pattern\":{",
      "\"alpha_pattern\":{", "\"(.*a){12}\":4", "\"target_modules\":\"", "\"target_modules\":[",
      "\"all-linear\"",
      "\"exclude_modules\":[", "\"layers_to_transform\":[", "\"modules_to_save\":[\"", "\"bias\":\"all\"",
      "\"init_lora_weights\":", "\"pissa\"", "\"olora\"", "\"gaussian\"", "\"peft_type\":\"LORA\"",
      "\"lora_dropout\":", "\"new_field\":[]", "\"task_type\":", "\"q_proj\"", "\"v_proj\":", "\"c_attn\"",
    ]

  private static let adapterSeeds =
    FuzzFixture.files(named: "adapter_config.json", below: "adapters")
    + [
      #"{"peft_type":"LORA","r":4,"lora_alpha":8,"target_modules":["q_proj","down_proj"],"#
        + #""rank_pattern":{"q_proj":2},"alpha_pattern":{"layers\\.0.*down_proj":3}}"#,
      #"{"peft_type":"LORA","target_modules":".*(q|v)_proj","bias":"lora_only","use_dora":true}"#,
      #"{"peft_type":"LORA","r":2,"target_modules":"all-linear","init_lora_weights":"pissa"}"#,
      #"{"peft_type":"LORA","r":2,"target_modules":["c_fc"],"layers_to_transform":[0],"use_rslora":true}"#,
    ].map { Array($0.utf8) }

  /// The weights of a model of each form of names.
  private static let bases = [
    TransformerShape(
      layers: 1, width: 8, heads: 2, keyHeads: 1, feedForward: 12, context: 16, vocabulary: 9),
    TransformerShape(.gpt2, layers: 1, width: 8, heads: 2, feedForward: 12, context: 16, vocabulary: 9),
  ].map { BaseWeights(.transformer($0), seed: 1) }

  /// An adapter_config.json: read, put on a model, written, read again.
  package static let adapterConfiguration = FuzzTarget(
    name: "adapter-config", seeds: adapterSeeds, words: adapterWords
  ) { bytes in
    let words = { (error: AdapterFolderError) in error.description }
    guard
      let read = try accepted(
        AdapterFolderError.self, words: words, { try PEFTConfiguration(parsing: bytes, path: "c") })
    else { return .refused }
    for base in bases {
      let model = Model(base: base, description: "m")
      func attached(_ configuration: LoRAConfiguration) throws -> Adapter? {
        try accepted(
          AdapterError.self, words: { "\($0)" },
          { try model.attached(configuration, memory: 2e6) })?.adapter
      }
      guard let adapter = try attached(read.adapter) else { continue }
      let text = PEFTConfiguration.text(
        adapter.layout, rule: read.adapter.rule(mode: .lora), architecture: model.architecture,
        baseModel: read.baseModel, isPortable: false)
      let again = try PEFTConfiguration(parsing: Array(text.utf8), path: "again")
      let sites = try attached(again.adapter)?.layout.sites
      try BreakFinding.require(sites == adapter.layout.sites, "written and read, it differs: \(text)")
    }
    return .accepted
  }

  /// An adapter_config.json as `lint` reads it, held against the modules of a model.
  package static let lintedConfiguration = FuzzTarget(
    name: "lint", seeds: adapterSeeds, words: adapterWords
  ) { bytes in
    guard let text = String(validating: bytes, as: UTF8.self) else { return .refused }
    let report = try accepted(Failure.self, words: { $0.title + $0.label }) {
      try LintFile.report(json: text, title: "c") { $0.modules = bases[0].linearModules }
    }
    guard let report else { return .refused }
    try BreakFinding.require(!report.text().isEmpty && !report.summary.isEmpty, "a report without words")
    return .accepted
  }

  /// A regular expression, held against paths of modules.
  package static let pathExpression = FuzzTarget(
    name: "path-expression",
    seeds: [
      #".*\.(q|v)_proj"#, #"(?!.*visual).*(?:q_proj|v_proj)$"#, #"model\.layers\.[0-9]{1,2}\.mlp\.\w+"#,
      #"(?P<a>[^.]+\.)*down_proj"#, #"^a{0,3}?(b|)\b[]a-z\d\-]*\Z"#, #"(.*a){12}"#, #"(a+)+$"#,
    ].map { Array($0.utf8) },
    words: patternWords + ["\\", "a", ".", "é", "\0", "\n", "-", "]", "{", "}", ","]
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let expression = try accepted(
      PathExpressionFlaw.self, words: \.description, { try PathExpression(text) })
    guard let expression else { return .refused }
    let paths = [
      "", "aaaaaaaaaaaaaaaaaaaaaaaa!", "model.layers.0.self_attn.q_proj", "transformer.h.11.mlp.c_fc",
      "é.\0\n",
      String(repeating: "ab.", count: 30), String(repeating: "a", count: PathExpression.longestPath + 1),
    ]
    for path in paths { _ = expression.matches(path) }
    return .accepted
  }
}
