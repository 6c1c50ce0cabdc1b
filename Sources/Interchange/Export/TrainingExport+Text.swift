// The script's text.
import Adapters
import Models
import Training

extension TrainingExport {
  /// The whole script, in the spelling of transformers 5, PEFT 0.21 and TRL 1, or of Unsloth.
  package var text: String {
    ([heading, imports, places] + (form == .trl ? [trlModel] : [unslothModel]) + [rows, arguments, ending])
      .joined(separator: "\n")
  }

  private var heading: String {
    let packages =
      form == .trl
      ? "pip install \"transformers>=5.23\" \"peft>=0.21\" \"trl>=1.16\"" : "pip install unsloth"
    let agreement =
      form == .trl
      ? "The base, the adapter's start, the rows and the arguments are the run's; so is each step's loss, to rounding."
      : "The base, the adapter's start, the rows and the arguments are the run's. Unsloth computes in 16 bits: losses\nagree roughly."
    return """
      \(TrainingExport.marker)
      \"""Trains a LoRA adapter as ranklab did.

          \(packages)
          python \(pythonComment(stem)).py

      \(agreement)
      \(notes.map { "Note: \(pythonComment($0)).\n" }.joined())\"""

      """
  }

  private var imports: String {
    var lines: [String] = []
    if form == .unsloth {
      lines += ["from unsloth import FastLanguageModel  # first: it changes the others", ""]
    }
    lines += ["import json", "from pathlib import Path", ""]
    lines += ["import torch", "from datasets import Dataset"]
    if form == .trl {
      lines.append("from peft import PeftModel")
      if hasTokenizer {
        lines.append("from transformers import AutoModelForCausalLM, AutoTokenizer")
      } else {
        lines += [
          "from tokenizers import Tokenizer, models",
          "from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast",
        ]
      }
    } else {
      lines.append("from peft import load_peft_weights, set_peft_model_state_dict")
      if !hasTokenizer {
        lines += [
          "from tokenizers import Tokenizer, models", "from transformers import PreTrainedTokenizerFast",
        ]
      }
    }
    lines += ["from trl import SFTConfig, SFTTrainer", ""]
    return lines.joined(separator: "\n")
  }

  private var hasTokenizer: Bool {
    if case .folder(_, let hasTokenizer) = base { hasTokenizer } else { false }
  }

  private var places: String {
    let place: String
    switch base {
    case .folder(let folder, _): place = "\(pythonText(folder))  # a folder, or a name on the hub"
    case .beside: place = "str(HERE / \(pythonText(stem + "_base")))  # a folder, or a name on the hub"
    }
    return """
      HERE = Path(__file__).resolve().parent
      BASE = \(place)

      """
  }

  // MARK: Base and adapter

  private var trlModel: String {
    let dropouts =
      shape.names == .gpt2 ? ["attn_pdrop", "embd_pdrop", "resid_pdrop"] : ["attention_dropout"]
    return """
      # The base. float32 as in the run; torch.bfloat16 halves its memory on a GPU.
      model = AutoModelForCausalLM.from_pretrained(
          BASE,
          dtype=torch.float32,
      \(dropouts.map { "    \($0)=0.0,  # the run had no dropout in the base" }.joined(separator: "\n"))
      )

      # The adapter as it was before the first step. One drawn anew instead:
      #   from peft import LoraConfig, get_peft_model
      #   model = get_peft_model(model, LoraConfig(
      \(fields(stated).map { "#       \($0)" }.joined(separator: "\n"))
      #   ))
      model = PeftModel.from_pretrained(model, str(HERE / \(pythonText(stem + "_adapter"))), is_trainable=True)
      model.print_trainable_parameters()

      \(tokenizer)
      """
  }

  private var tokenizer: String {
    guard hasTokenizer else {
      return """
        # The rows are tokens already: a tokenizer is here for its padding token alone.
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer(models.WordLevel({"<pad>": 0}, unk_token="<pad>")), pad_token="<pad>"
        )

        """
    }
    let load = form == .trl ? "tokenizer = AutoTokenizer.from_pretrained(BASE)\n" : ""
    return """
      # Rows of a batch are filled up with the padding token; no loss is on it.
      \(load)tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)

      """
  }

  private var unslothModel: String {
    let unpassed: Set<String> = ["fan_in_fan_out", "task_type"]
    let settled = stated.filter { !unpassed.contains($0.0) && !($0.1 == .null) && !($0.1 == .object([])) }
    return """
      # The base. load_in_4bit=True is QLoRA, with a quarter of its memory and other losses.
      model, tokenizer = FastLanguageModel.from_pretrained(
          model_name=BASE,
          max_seq_length=\(rowLength),
          dtype=None,  # bfloat16 where the GPU has it, else float16
          load_in_4bit=False,
      )

      model = FastLanguageModel.get_peft_model(
          model,
      \(fields(settled).map { "    \($0)" }.joined(separator: "\n"))
          use_gradient_checkpointing="unsloth",
          random_state=\(settings.seed),
      )
      # The adapter as it was before the first step of the run; without this line A is drawn anew.
      set_peft_model_state_dict(model, load_peft_weights(str(HERE / \(pythonText(stem + "_adapter")))))

      \(tokenizer)
      """
  }

  private var stated: [(String, JSONValue)] {
    PEFTConfiguration.stated(layout, rule: rule, architecture: model.architecture).map { name, value in
      // Unsloth goes through the targets as a list.
      guard form == .unsloth, name == "target_modules", case .text = value else { return (name, value) }
      return (name, .list(layout.sites.map { .text($0.module.path) }))
    }
  }

  private func fields(_ fields: [(String, JSONValue)]) -> [String] {
    fields.map { "\($0.0)=\($0.1.python)," }
  }

  // MARK: Data and arguments

  private var rows: String {
    """
    # The rows in the order in which the run took them: \(pythonComment(data.description)).
    # `labels` are the tokens to learn, -100 where no loss is. For a dataset of your own:
    #   from datasets import load_dataset
    #   dataset = load_dataset("json", data_files="mine.jsonl", split="train")
    # with rows {"text": …}, {"prompt": …, "completion": …} or {"messages": […]}, the tokenizer of the base,
    # and below train_sampling_strategy="random", max_length=\(rowLength).
    with open(HERE / \(pythonText(stem + "_data.jsonl")), encoding="utf-8") as lines:
        dataset = Dataset.from_list([json.loads(line) for line in lines])

    """
  }

  private var arguments: String {
    let optimizer: [String]
    switch settings.optimizer {
    case .adamw(let beta1, let beta2, let epsilon, let decay):
      optimizer = [
        "optim=\"adamw_torch\",", "adam_beta1=\(pythonFloat(beta1)),", "adam_beta2=\(pythonFloat(beta2)),",
        "adam_epsilon=\(pythonFloat(epsilon)),", "weight_decay=\(pythonFloat(decay)),",
      ]
    case .sgd(let momentum, let decay):
      optimizer = [
        "optim=\"sgd\",", "optim_args=\"momentum=\(pythonFloat(momentum))\",",
        "weight_decay=\(pythonFloat(decay)),",
      ]
    }
    let schedule =
      settings.schedule == .constant && settings.warmup > 0
      ? "constant_with_warmup" : settings.schedule.rawValue
    let clip = settings.clip.map { "\(pythonFloat($0))," } ?? "0.0,  # no clipping"
    let precision =
      form == .trl
      ? [
        "bf16=False,  # TRL's default is True; it needs a GPU that has it",
        "activation_checkpointing=False,  # True computes activations again, in less memory, with the same result",
        "use_cpu=not torch.cuda.is_available(),",
      ]
      : ["bf16=torch.cuda.is_bf16_supported(),", "fp16=not torch.cuda.is_bf16_supported(),"]
    let lines =
      [
        "output_dir=str(HERE / \(pythonText(stem + "_output"))),",
        "max_steps=\(settings.steps),",
        "per_device_train_batch_size=\(settings.batch),",
        "gradient_accumulation_steps=1,",
        "learning_rate=\(pythonFloat(settings.learningRate)),",
        "lr_scheduler_type=\"\(schedule)\",",
        "warmup_steps=\(settings.warmup),",
      ] + optimizer + [
        "max_grad_norm=\(clip)",
        "seed=\(settings.seed),",
        "train_sampling_strategy=\"sequential\",  # the rows in the order of the file",
        "max_length=None,  # the rows are cut already",
        "packing=False,",
        "loss_type=\"nll\",",
      ] + precision + [
        "logging_steps=1,",
        "logging_nan_inf_filter=False,  # a loss that is not finite is shown",
        "report_to=\"none\",",
        "save_strategy=\"no\",",
      ]
    return """
      args = SFTConfig(
      \(lines.map { "    \($0)" }.joined(separator: "\n"))
      )

      """
  }

  private var ending: String {
    """
    trainer = SFTTrainer(model=model, args=args, train_dataset=dataset, processing_class=tokenizer)
    trainer.train()

    # The loss of each step is in trainer_state.json; the adapter is a folder for PEFT, and for ranklab's load_adapter.
    trainer.save_state()
    trainer.save_model()

    """
  }
}
