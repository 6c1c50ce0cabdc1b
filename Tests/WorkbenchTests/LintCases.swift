// Configurations for the tests of `lint`: some with a planted fault, some sound.
import Analysis
import Interpreter
import InterpreterSupport
import Laboratory
import Language
import Testing
import Text
import Workbench

/// A configuration as Python, or as JSON where it begins with a brace.
struct LintCase: Sendable, CustomTestStringConvertible {
  /// The rule that must find something; empty for a sound configuration.
  var id: String
  var text: String
  /// Whether it is held against the modules of `transformer()`.
  var hasModel: Bool
  var rate: Double?

  init(_ id: String, _ text: String, model: Bool = false, rate: Double? = nil) {
    self.id = id
    self.text = text
    hasModel = model
    self.rate = rate
  }

  var testDescription: String { "\(id) \(text)" }

  func report() throws -> LintReport {
    let training = LintTraining(learningRate: rate)
    if text.hasPrefix("{") {
      return try LintFile.report(json: text, title: "adapter_config.json", training: training)
    }
    guard hasModel else { return LintFile.report(python: text, title: "train.py", training: training) }
    let session = Session()
    let result = session.execute(Source("report = lint(\(pythonQuoted(text)), model=transformer())")) { _ in }
    #expect(result.diagnostic == nil)
    guard case .object(let object)? = session.scope.globals["report"], let report = object as? ReportObject
    else { throw FakeError.broken }
    return report.report
  }
}

extension LintCase {
  /// The first of a rule is the one whose finding stands in Lint/findings.txt.
  static let faults: [LintCase] = [
    LintCase("rslora-alpha-rank", "LoraConfig(r=64, lora_alpha=64, use_rslora=True)"),
    LintCase("rslora-alpha-rank", "LoraConfig(r=64, lora_alpha=128, use_rslora=True)"),
    LintCase("rslora-alpha-rank", "LoraConfig(r=32, lora_alpha=2 * 32, use_rslora=True)"),
    LintCase("rslora-alpha-rank", #"{"peft_type": "LORA", "r": 128, "lora_alpha": 128, "use_rslora": true}"#),
    LintCase("rslora-alpha-rank", "R = 64\nLoraConfig(r=R, lora_alpha=R, use_rslora=True)"),
    LintCase(
      "rslora-alpha-rank",
      "LoraConfig(r=16, lora_alpha=8, use_rslora=True, target_modules=['q_proj', 'v_proj'], alpha_pattern={'q_proj': 32})"
    ),
    LintCase(
      "rslora-alpha-rank",
      """
      model = FastLanguageModel.get_peft_model(
          model,
          r=32,                                # Higher rank enabled by rsLoRA
          lora_alpha=32,                       # Alpha = rank for simplicity
          use_rslora=True,
      )
      """),
    LintCase("alpha-default", "LoraConfig(r=64)"),
    LintCase("alpha-default", "LoraConfig(r=128, target_modules='all-linear', lora_dropout=0.05)"),
    LintCase("alpha-default", "FastLanguageModel.get_peft_model(model, r=64)"),
    LintCase("alpha-default", #"{"peft_type": "LORA", "r": 64, "use_rslora": false}"#),
    LintCase(
      "alpha-follows-rank", "LoraConfig(r=128, lora_alpha=256)\nopt = torch.optim.SGD(params, lr=0.1)"),
    LintCase(
      "alpha-follows-rank",
      "LoraConfig(r=64, lora_alpha=128)\nTrainingArguments(optim='sgd', learning_rate=0.05, warmup_steps=50)"),
    LintCase(
      "alpha-follows-rank", "LoraConfig(r=256, lora_alpha=512)\nTrainingArguments(learning_rate=2e-3)"),
    LintCase(
      "gaussian-rslora", "LoraConfig(r=16, lora_alpha=8, use_rslora=True, init_lora_weights='gaussian')"),
    LintCase(
      "gaussian-rslora",
      #"{"peft_type": "LORA", "r": 16, "lora_alpha": 8, "use_rslora": true, "init_lora_weights": "gaussian"}"#
    ),
    LintCase("multiplier-large", "LoraConfig(r=8, lora_alpha=512)"),
    LintCase("multiplier-large", "LoraConfig(r=64, lora_alpha=1024)"),
    LintCase(
      "multiplier-large",
      "LoraConfig(r=8, lora_alpha=16, target_modules=['q_proj', 'v_proj'], alpha_pattern={'v_proj': 512})"),
    LintCase("multiplier-small", "LoraConfig(r=256, lora_alpha=1)"),
    LintCase(
      "multiplier-small",
      "LoraConfig(r=8, lora_alpha=16, target_modules=['q_proj', 'v_proj'], alpha_pattern={'v_proj': 0.01})"),
    LintCase(
      "rslora-loaders", #"{"peft_type": "LORA", "r": 64, "lora_alpha": 8, "use_rslora": true}"#),
    LintCase("scaling-unstated", #"{"peft_type": "LORA", "r": 16, "lora_alpha": 16}"#),
    LintCase("field-kind", "LoraConfig(r=16, lora_alpha='32')"),
    LintCase("field-kind", "LoraConfig(r='16', lora_alpha=32)"),
    LintCase("field-kind", "LoraConfig(r=16, lora_alpha=None)"),
    LintCase("field-kind", "LoraConfig(r=16, lora_alpha=32, use_rslora='False')"),
    LintCase("field-kind", "LoraConfig(r=16, lora_alpha=32, target_modules=['q_proj', 3])"),
    LintCase("field-kind", "LoraConfig(r=16, lora_alpha=32, rank_pattern={'q_proj': '4'})"),
    LintCase("field-kind", #"{"peft_type": "LORA", "r": 16, "lora_alpha": "32", "use_rslora": false}"#),
    LintCase("peft-type", #"{"r": 16, "lora_alpha": 32, "use_rslora": false}"#),
    LintCase("peft-type", #"{"peft_type": "LOHA", "r": 16, "alpha": 32}"#),
    LintCase("field-unknown", "LoraConfig(r=16, alpha=32)"),
    LintCase("field-unknown", "LoraConfig(r=16, lora_alfa=32)"),
    LintCase("field-unknown", "LoraConfig(r=16, lora_alpha=32, favourite_colour='blue')"),
    LintCase("field-unknown", "FastLanguageModel.get_peft_model(model, r=16, lora_alph=32)"),
    LintCase("field-unknown", #"{"peft_type": "LORA", "r": 16, "lora_alhpa": 32, "use_rslora": false}"#),
    LintCase("rank-invalid", "LoraConfig(r=0, lora_alpha=32)"),
    LintCase("rank-invalid", "LoraConfig(r=-8, lora_alpha=32)"),
    LintCase("rank-invalid", "LoraConfig(r=16.5, lora_alpha=32)"),
    LintCase(
      "rank-invalid", "LoraConfig(r=8, rank_pattern={'q_proj': 0}, target_modules=['q_proj', 'up_proj'])"),
    LintCase("alpha-invalid", "LoraConfig(r=16, lora_alpha=0)"),
    LintCase("alpha-invalid", "LoraConfig(r=16, lora_alpha=-32)"),
    LintCase("dropout-range", "LoraConfig(r=16, lora_alpha=32, lora_dropout=5)"),
    LintCase("dropout-range", "LoraConfig(r=16, lora_alpha=32, lora_dropout=-0.1)"),
    LintCase("dropout-range", "LoraConfig(r=16, lora_alpha=32, lora_dropout=1.0)"),
    LintCase("dropout-large", "LoraConfig(r=16, lora_alpha=32, lora_dropout=0.9)"),
    LintCase(
      "dropout-unsloth", "FastLanguageModel.get_peft_model(model, r=16, lora_alpha=16, lora_dropout=0.05)"),
    LintCase("bias-unknown", "LoraConfig(r=16, lora_alpha=32, bias='lora')"),
    LintCase("bias-trained", "LoraConfig(r=16, lora_alpha=32, bias='all')"),
    LintCase("lora-bias-conflict", "LoraConfig(r=16, lora_alpha=32, lora_bias=True, use_dora=True)"),
    LintCase("inference-mode", "LoraConfig(r=16, lora_alpha=32, inference_mode=True)"),
    LintCase("learning-rate-invalid", "TrainingArguments(learning_rate=0)"),
    LintCase("learning-rate-high", "LoraConfig(r=16, lora_alpha=32)\nSFTConfig(learning_rate=2e-2)"),
    LintCase(
      "learning-rate-high", "LoraConfig(r=64, lora_alpha=64, use_rslora=True)\nSFTConfig(learning_rate=2e-4)"),
    LintCase("learning-rate-high", "LoraConfig(r=256, lora_alpha=512)\ntorch.optim.AdamW(params, lr=1e-3)"),
    LintCase("learning-rate-low", "LoraConfig(r=16, lora_alpha=16)\nTrainingArguments(learning_rate=1e-6)"),
    LintCase("learning-rate-default", "LoraConfig(r=16, lora_alpha=32)\nSFTConfig(output_dir='out')"),
    LintCase(
      "fp16-no-scaler",
      """
      for batch in loader:
          with torch.autocast("cuda", dtype=torch.float16):
              loss = model(**batch).loss
          loss.backward()
          optimizer.step()
      LoraConfig(r=16, lora_alpha=32)
      """),
    LintCase(
      "fp16-no-scaler",
      """
      model = AutoModelForCausalLM.from_pretrained("m", torch_dtype=torch.float16)
      model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16))
      model(**batch).loss.backward()
      """),
    LintCase("fp16-and-bf16", "TrainingArguments(fp16=True, bf16=True, learning_rate=2e-4)"),
    LintCase("nan-hidden", "TrainingArguments(fp16=True, learning_rate=2e-4)"),
    LintCase("trainer-tokenizer", "SFTTrainer(model=model, tokenizer=tokenizer, args=args)"),
    LintCase("warmup-ratio", "TrainingArguments(warmup_ratio=0.03, learning_rate=2e-4)"),
    LintCase("targets-empty", "LoraConfig(r=16, lora_alpha=32, target_modules=[])"),
    LintCase("target-whole-path", "LoraConfig(r=16, lora_alpha=32, target_modules='q_proj')"),
    LintCase("target-whole-path", "LoraConfig(r=16, lora_alpha=32, target_modules='(q_proj|v_proj)')"),
    LintCase("target-whole-path", "LoraConfig(r=16, lora_alpha=32, target_modules='q_proj')", model: true),
    LintCase(
      "target-unmatched", "LoraConfig(r=16, lora_alpha=32, target_modules=['q_proj', 'k'])", model: true),
    LintCase("target-unmatched", "LoraConfig(r=16, lora_alpha=32, target_modules='.*c_attn')", model: true),
    LintCase("target-unmatched", "LoraConfig(r=16, lora_alpha=32, target_modules='.*(q_proj')"),
    LintCase(
      "targets-excluded",
      "LoraConfig(r=16, lora_alpha=32, target_modules=['q_proj'], exclude_modules=['q_proj'])"),
    LintCase("rank-above-width", "LoraConfig(r=512, lora_alpha=512)", model: true),
    LintCase(
      "rank-above-width", "LoraConfig(r=8, lora_alpha=16, rank_pattern={'v_proj': 256})", model: true),
    LintCase(
      "layers-need-list",
      "LoraConfig(r=16, lora_alpha=32, target_modules='.*q_proj', layers_to_transform=[0, 1])"),
    LintCase(
      "saved-and-targeted",
      "LoraConfig(r=16, lora_alpha=32, target_modules=['q_proj', 'lm_head'], modules_to_save=['lm_head'])"),
    LintCase("targets-attention", "LoraConfig(r=16, lora_alpha=32, target_modules=['q_proj', 'v_proj'])"),
    LintCase("pattern-invalid", "LoraConfig(r=16, lora_alpha=32, rank_pattern={'layers.(0': 4})"),
    LintCase("pattern-anchored", "LoraConfig(r=16, lora_alpha=32, rank_pattern={'^q_proj': 4})"),
    LintCase(
      "pattern-unmatched",
      "LoraConfig(r=16, lora_alpha=32, target_modules=['q_proj'], rank_pattern={'proj': 4})"),
    LintCase(
      "pattern-unmatched",
      "LoraConfig(r=16, lora_alpha=32, target_modules=['q_proj'], alpha_pattern={'.*up_proj': 4})"),
    LintCase(
      "pattern-unmatched", "LoraConfig(r=16, lora_alpha=32, rank_pattern={'layers.7.*q_proj': 4})",
      model: true),
    LintCase("pattern-loose", "LoraConfig(r=16, lora_alpha=32, rank_pattern={'layers.1.*q_proj': 32})"),
    LintCase("rank-pattern-alpha", "LoraConfig(r=16, lora_alpha=32, rank_pattern={'down_proj': 128})"),
    LintCase("init-unknown", "LoraConfig(r=16, lora_alpha=32, init_lora_weights='pizza')"),
    LintCase("init-random", "LoraConfig(r=16, lora_alpha=32, init_lora_weights=False)"),
    LintCase("init-orthogonal-rank", "LoraConfig(r=7, lora_alpha=14, init_lora_weights='orthogonal')"),
    LintCase(
      "init-orthogonal-rank",
      "LoraConfig(r=8, lora_alpha=16, init_lora_weights='orthogonal', rank_pattern={'q_proj': 5})"),
    LintCase("init-loftq-multiplier", "LoraConfig(r=16, lora_alpha=32, init_lora_weights='loftq')"),
    LintCase(
      "init-loftq-multiplier",
      "LoraConfig(r=16, lora_alpha=16, init_lora_weights='loftq', rank_pattern={'q_proj': 8})"),
    LintCase(
      "init-quantized",
      """
      bnb = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
      config = LoraConfig(r=16, lora_alpha=16, init_lora_weights="pissa_niter_16")
      """),
    LintCase(
      "init-base-changed", "LoraConfig(r=16, lora_alpha=16, use_rslora=True, init_lora_weights='olora')"),
  ]

  /// What is published or in wide use: no error and no warning.
  static let sound: [LintCase] = [
    // QLoRA's own script, 7B and 65B.
    LintCase("", "LoraConfig(r=64, lora_alpha=16, lora_dropout=0.1, bias='none')", rate: 2e-4),
    LintCase("", "LoraConfig(r=64, lora_alpha=16, lora_dropout=0.05)", rate: 1e-4),
    // TRL's ModelConfig, and its page on LoRA Without Regret.
    LintCase("", "LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05, task_type='CAUSAL_LM')", rate: 2e-4),
    LintCase("", "LoraConfig(r=256, lora_alpha=16, target_modules='all-linear')", rate: 2e-4),
    LintCase(
      "", "LoraConfig(r=256, lora_alpha=16, target_modules='all-linear')\nGRPOConfig(learning_rate=1e-6)"),
    // PEFT's defaults and examples.
    LintCase("", "LoraConfig()"),
    LintCase("", "LoraConfig(r=8, lora_alpha=32, lora_dropout=0.1, task_type='SEQ_2_SEQ_LM')", rate: 1e-3),
    LintCase(
      "",
      "LoraConfig(r=16, lora_alpha=16, target_modules=['query', 'value'], modules_to_save=['classifier'])",
      rate: 5e-3),
    LintCase("", "LoraConfig(r=8, lora_alpha=16, target_modules=['c_attn'], fan_in_fan_out=True)"),
    // LoRA Learns Less.
    LintCase("", "LoraConfig(r=256, lora_alpha=32, target_modules='all-linear')", rate: 2e-4),
    LintCase("", "LoraConfig(r=256, lora_alpha=512, target_modules='all-linear')", rate: 2e-4),
    // LoRA Without Regret: alpha 32 at every rank.
    LintCase("", "LoraConfig(r=1, lora_alpha=32, target_modules='all-linear')", rate: 3e-4),
    LintCase("", "LoraConfig(r=2, lora_alpha=32, target_modules='all-linear')", rate: 3e-4),
    LintCase("", "LoraConfig(r=4, lora_alpha=32, target_modules='all-linear')", rate: 3e-4),
    LintCase("", "LoraConfig(r=16, lora_alpha=32, target_modules='all-linear')", rate: 3e-4),
    LintCase("", "LoraConfig(r=64, lora_alpha=32, target_modules='all-linear')", rate: 3e-4),
    LintCase("", "LoraConfig(r=128, lora_alpha=32, target_modules='all-linear')", rate: 3e-4),
    LintCase("", "LoraConfig(r=512, lora_alpha=32, target_modules='all-linear')", rate: 3e-4),
    // Unsloth's defaults and its Studio's.
    LintCase("", "FastLanguageModel.get_peft_model(model, r=16, lora_alpha=16, lora_dropout=0)", rate: 2e-4),
    LintCase(
      "", "FastLanguageModel.get_peft_model(model, r=64, lora_alpha=16, use_rslora=False)", rate: 2e-4),
    LintCase(
      "", "FastLanguageModel.get_peft_model(model, use_gradient_checkpointing='unsloth', random_state=3407)"),
    // litgpt's and torchtune's defaults.
    LintCase("", "LoraConfig(r=8, lora_alpha=16, lora_dropout=0.05)", rate: 3e-4),
    // The article's first listing, and its anchor.
    LintCase(
      "",
      """
      lora_config = LoraConfig(
          r=16,                    # rank
          lora_alpha=32,           # scaling factor (fixed ratio)
          target_modules=["q_proj", "v_proj"],
          lora_dropout=0.05,
          bias="none",
          task_type="CAUSAL_LM"
      )
      model = get_peft_model(base_model, lora_config)
      """, rate: 2e-4),
    // rsLoRA with a fixed alpha, as the theorem has it.
    LintCase("", "LoraConfig(r=64, lora_alpha=8, use_rslora=True)", rate: 2e-4),
    LintCase("", "LoraConfig(r=128, lora_alpha=16, use_rslora=True)", rate: 1e-4),
    LintCase("", "LoraConfig(r=64, lora_alpha=16, use_rslora=True)", rate: 1e-4),
    LintCase("", "LoraConfig(r=4, lora_alpha=4, use_rslora=True)", rate: 2e-4),
    LintCase("", "LoraConfig(r=8, lora_alpha=8, use_rslora=True)", rate: 2e-4),
    // A fixed alpha under SGD, and 2r at a common rank.
    LintCase("", "LoraConfig(r=64, lora_alpha=32)\ntorch.optim.SGD(model.parameters(), lr=0.1)"),
    LintCase("", "LoraConfig(r=32, lora_alpha=64)", rate: 1e-4),
    LintCase("", "LoraConfig(r=64, lora_alpha=128)", rate: 2e-4),
    // Real files: what PEFT 0.21.2 writes.
    LintCase(
      "",
      """
      {"alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
       "base_model_name_or_path": null, "bias": "none", "corda_config": null, "ensure_weight_tying": false,
       "eva_config": null, "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
       "init_lora_weights": true, "kasa_config": null, "layer_replication": null, "layers_pattern": null,
       "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 16, "lora_bias": false, "lora_dropout": 0.05,
       "lora_ga_config": null, "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": null,
       "monteclora_config": null, "peft_type": "LORA", "peft_version": "0.21.2", "qalora_group_size": 16, "r": 8,
       "rank_pattern": {}, "revision": null, "target_modules": ["q_proj", "v_proj", "down_proj"],
       "target_parameters": null, "task_type": "CAUSAL_LM", "trainable_token_indices": null, "use_bdlora": null,
       "use_dora": false, "use_qalora": false, "use_rslora": false, "velora_config": null}
      """),
    LintCase("", #"{"peft_type": "LORA", "r": 64, "lora_alpha": 8, "use_rslora": true}"#),
    LintCase("", #"{"peft_type": "LORA", "r": 8, "lora_alpha": 2.5, "use_rslora": false}"#),
    LintCase(
      "", #"{"peft_type": "LORA", "r": 64, "lora_alpha": 16, "use_rslora": false, "a_new_field": null}"#),
    // The base's multiplier of 8, which no module has.
    LintCase(
      "",
      #"{"peft_type": "LORA", "r": 16, "lora_alpha": 32, "use_rslora": true, "target_modules": ["q_proj", "v_proj"], "#
        + #""rank_pattern": {"q_proj": 64}, "alpha_pattern": {"v_proj": 8}}"#),
    LintCase(
      "",
      "LoraConfig(r=8, lora_alpha=512, target_modules=['q_proj'], alpha_pattern={'q_proj': 16})", rate: 2e-4),
    LintCase(
      "",
      "LoraConfig(r=7, lora_alpha=14, init_lora_weights='orthogonal', target_modules=['q_proj'], "
        + "rank_pattern={'q_proj': 8})"),
    LintCase("", "LoraConfig(r=8, lora_alpha=16, rank_pattern={'layers.0.*q_proj': 4})"),
    // Patterns that match.
    LintCase(
      "",
      #"LoraConfig(r=8, lora_alpha=16, rank_pattern={r"layers\.0\..*q_proj": 4}, target_modules=["q_proj"])"#),
    LintCase(
      "", "LoraConfig(r=8, lora_alpha=16, rank_pattern={'v_proj': 4}, alpha_pattern={'v_proj': 8})",
      model: true),
    LintCase("", "LoraConfig(r=16, lora_alpha=32, target_modules=r'.*\\.(q|v)_proj')", model: true),
    LintCase("", "LoraConfig(r=16, lora_alpha=32, target_modules='all-linear')", model: true),
    // What is computed is unknown, and no fault.
    LintCase(
      "", "LoraConfig(r=rank, lora_alpha=2 * rank, use_rslora=args.rslora, target_modules=find(model))"),
    LintCase("", "LoraConfig(r=128, **options)"),
    LintCase("", "LoraConfig(r=64, lora_alpha=alpha)\nTrainingArguments(learning_rate=float(rate))"),
    LintCase("", "LoraConfig(r=16, lora_alpha=32, target_modules=names + ['q_proj'], lora_dropout=drop)"),
    // fp16 with a scaler: the Trainer's, a hand-written one, Accelerate's; and bf16 without.
    LintCase("", "LoraConfig(r=16, lora_alpha=32)\nTrainingArguments(learning_rate=2e-4, fp16=True)"),
    LintCase(
      "",
      """
      scaler = torch.amp.GradScaler("cuda")
      with torch.autocast("cuda", dtype=torch.float16):
          loss = model(**batch).loss
      scaler.scale(loss).backward()
      scaler.step(torch.optim.AdamW(model.parameters(), lr=2e-4))
      """),
    LintCase(
      "",
      """
      accelerator = Accelerator(mixed_precision="fp16")
      model = AutoModel.from_pretrained(name, dtype=torch.float16)
      accelerator.backward(loss)
      """),
    LintCase("", "with torch.autocast('cuda', dtype=torch.bfloat16):\n    loss = f()\nloss.backward()"),
    LintCase("", "with torch.cuda.amp.autocast():\n    print(model.generate(**inputs))"),
    // The tokenizer of an Unsloth script, and a rate for preferences.
    LintCase(
      "", "m = FastLanguageModel.get_peft_model(m, r=16, lora_alpha=16)\nSFTTrainer(model=m, tokenizer=t)"),
    LintCase("", "LoraConfig(r=16, lora_alpha=32)\nDPOConfig(learning_rate=5e-6)"),
  ]
}
