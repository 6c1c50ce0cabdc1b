// The script's text: its heading, imports, places, rows and ending.
import Adapters
import Models
import Training

extension TrainingExport {
  /// The whole script, in the spelling of transformers 5, PEFT 0.21 and TRL 1, or of Unsloth.
  package var text: String {
    ([heading, imports, places] + (form == .trl ? [trlModel] : [unslothModel]) + [dataset, arguments, ending])
      .joined(separator: "\n")
  }

  private var heading: String {
    let packages =
      form == .trl
      ? "pip install \"transformers>=5.23\" \"peft>=0.21\" \"trl>=1.16\""
        + (bits == nil ? "" : " bitsandbytes") : "pip install unsloth"
    return """
      \(TrainingExport.marker)
      \"""\(isNamed ? "Trains a LoRA adapter at full size." : "Trains a LoRA adapter\(data == nil ? "" : " as ranklab did").")

          \(packages)
          python \(pythonComment(stem)).py

      \(agreement)
      \(notes.map { "Note: \(pythonComment($0)).\n" }.joined())\"""

      """
  }

  /// What of the script was run, and how its losses agree.
  private var agreement: String {
    let given =
      hasGiven
      ? "\nArguments marked `as given` are the user's; they had no part in ranklab's run and were not tried here."
      : ""
    if isNamed { return "None of this was run by ranklab: a small model stood in for the base." + given }
    if data == nil {
      return "The base and the adapter's start are ranklab's. None of this was run there." + given
    }
    if form == .unsloth {
      return "The base, the adapter's start, the rows and the arguments are the run's. "
        + "Unsloth computes in 16 bits: losses\nagree roughly." + given
    }
    return "The base, the adapter's start, the rows and the arguments are the run's; "
      + "so is each step's loss, to rounding\(given.isEmpty ? "" : ", but for what was given beside")."
      + given
  }

  private var imports: String {
    var lines: [String] = []
    if form == .unsloth {
      lines += ["from unsloth import FastLanguageModel  # first: it changes the others", ""]
    }
    if !readsText { lines.append("import json") }
    lines += ["from pathlib import Path", "", "import torch"]
    lines.append("from datasets import \(readsText ? "load_dataset" : "Dataset")")
    var classes: [String] = []
    if form == .trl {
      lines.append("from peft import \(isNamed ? "LoraConfig" : "PeftModel")")
      classes.append("AutoModelForCausalLM")
      if hasTokenizer { classes.append("AutoTokenizer") }
      if bits != nil { classes.append("BitsAndBytesConfig") }
    } else if !isNamed {
      lines.append("from peft import load_peft_weights, set_peft_model_state_dict")
    }
    if !hasTokenizer {
      lines.append("from tokenizers import Tokenizer, models")
      classes.append("PreTrainedTokenizerFast")
    }
    if !classes.isEmpty { lines.append("from transformers import \(classes.joined(separator: ", "))") }
    lines += ["from trl import SFTConfig, SFTTrainer", ""]
    return lines.joined(separator: "\n")
  }

  /// Whether the base has a tokenizer.
  var hasTokenizer: Bool {
    switch base {
    case .folder(_, let hasTokenizer): hasTokenizer
    case .beside: false
    case .named: true
    }
  }

  /// Whether the rows are texts, of which the base's tokenizer makes tokens.
  private var readsText: Bool { data == nil && hasTokenizer }

  private var places: String {
    let place: String
    switch base {
    case .folder(let folder, _): place = "\(pythonText(folder))  # a folder, or a name on the hub"
    case .beside: place = "str(HERE / \(pythonText(stem + "_base")))  # a folder, or a name on the hub"
    case .named(let name): place = pythonText(name)
    }
    var lines = ["HERE = Path(__file__).resolve().parent", "BASE = \(place)"]
    switch rows {
    case .batches: break
    case .file(let path, _): lines.append("DATA = \(pythonText(path))")
    case .missing:
      lines.append("DATA = str(HERE / \(pythonText(stem + "_data.jsonl")))  # to be made: your rows")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Rows

  private static let forms =
    "{\"text\": …}, {\"prompt\": …, \"completion\": …} or {\"messages\": […]}"

  private var dataset: String {
    switch rows {
    case .batches(let data):
      return """
        # The rows in the order in which the run took them: \(pythonComment(data.description)).
        # `labels` are the tokens to learn, -100 where no loss is. For a dataset of your own:
        #   from datasets import load_dataset
        #   dataset = load_dataset("json", data_files="mine.jsonl", split="train")
        # with rows \(TrainingExport.forms), the tokenizer of the base,
        # and below train_sampling_strategy="random", max_length=\(data.positions(model.architecture) + 1).
        with open(HERE / \(pythonText(stem + "_data.jsonl")), encoding="utf-8") as lines:
            dataset = Dataset.from_list([json.loads(line) for line in lines])

        """
    case .file(_, .text):
      return """
        # The lines of the text.
        dataset = load_dataset("text", data_files=DATA, split="train")

        """
    case .file(_, let kind):
      let turns =
        kind == .conversations
        ? "\n# ranklab learnt the assistant's turns alone; TRL learns every turn unless assistant_only_loss=True."
        : ""
      return """
        # Rows \(TrainingExport.forms).\(turns)
        dataset = load_dataset("json", data_files=DATA, split="train")

        """
    case .missing(let description):
      let was = description.isEmpty ? "" : "\n# Here it was \(pythonComment(description))."
      return readsText
        ? """
        # Rows \(TrainingExport.forms), one a line.\(was)
        dataset = load_dataset("json", data_files=DATA, split="train")

        """
        : """
        # Rows {"input_ids": […], "labels": […]}, one a line: tokens, and those to learn with -100 where no loss is.\(was)
        with open(DATA, encoding="utf-8") as lines:
            dataset = Dataset.from_list([json.loads(line) for line in lines])

        """
    }
  }

  private var ending: String {
    let adapter = form == .trl && isNamed ? ", peft_config=config" : ""
    return """
      trainer = SFTTrainer(model=model, args=args, train_dataset=dataset, processing_class=tokenizer\(adapter))
      trainer.train()

      # The loss of each \(isNamed ? "log" : "step") is in trainer_state.json; the adapter is a folder for PEFT, and for ranklab's load_adapter.
      trainer.save_state()
      trainer.save_model()

      """
  }
}
