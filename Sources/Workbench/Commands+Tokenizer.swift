// The commands that turn text into tokens and back, and read examples from files.
import Fields
import Interchange
import Interpreter
import Laboratory
import Signals
import Text
import Training

enum TokenizerCommands {
  static let all: [Command] = [loadTokenizer, encode, decode, jsonl]

  static let tokenizerParameter = Parameter(
    "tokenizer", .object([.tokenizer]), .absent("bytes are tokens"),
    "what makes tokens of the text: load_tokenizer(\"folder\"), m.tokenizer")

  private static let loadTokenizer = Command(
    "load_tokenizer", .data,
    [Parameter("path", .path, .required, "a folder with tokenizer.json, or the file")],
    result: "a tokenizer",
    "Reads a tokenizer of Hugging Face's tokenizers: byte-level BPE as in GPT-2 and Llama 3.",
    details: "It gives the ids of the library. What it does not support it refuses by name. "
      + "Chat templates in Jinja are not evaluated.",
    example: "load_tokenizer(\"Tests/Fixtures/tokenizers/gpt2.json\")", exampleReadsFiles: true,
    source: "tokenizers 0.23"
  ) { arguments, session in
    let path = arguments.text("path")
    let place = try TextFile.place(path, in: session.environment.workingFolder)
    return .object(TokenizerObject(try TokenizerFolder(path: path, at: place)))
  }

  private static let encode = Command(
    "encode", .data,
    [
      Parameter("tokenizer", .object([.tokenizer]), .required, "load_tokenizer(\"folder\"), m.tokenizer"),
      Parameter("text", .text, .required, "what is encoded"),
      Parameter(
        "add_special_tokens", .bool, .bool(true), "whether tokens that begin or end texts are added"),
    ],
    result: "a list of ids", "The tokens of a text, as numbers.",
    example: "encode(load_tokenizer(\"Tests/Fixtures/tokenizers/llama3.json\"), \"rank and alpha\")",
    exampleReadsFiles: true
  ) { arguments, session in
    let tokenizer = try arguments.object("tokenizer", as: TokenizerObject.self).folder.tokenizer
    let ids = try tokenizer.encode(
      arguments.text("text"), addSpecialTokens: arguments.bool("add_special_tokens"),
      stop: session.environment.stop)
    return .list(ids.map { .number(Double($0)) })
  }

  private static let decode = Command(
    "decode", .data,
    [
      Parameter("tokenizer", .object([.tokenizer]), .required, "load_tokenizer(\"folder\"), m.tokenizer"),
      Parameter("ids", .list(.whole(NumberRange(0, Double(Int32.max)))), .required, "numbers of tokens"),
      Parameter("skip_special_tokens", .bool, .bool(false), "whether special tokens are left out"),
    ],
    result: "a text", "The text of a list of ids.",
    details: "Bytes that are not UTF-8 become U+FFFD; numbers that no token has are left out.",
    example: "decode(load_tokenizer(\"Tests/Fixtures/tokenizers/gpt2.json\"), [82, 317, 83])",
    exampleReadsFiles: true
  ) { arguments, _ in
    let tokenizer = try arguments.object("tokenizer", as: TokenizerObject.self).folder.tokenizer
    return .text(
      tokenizer.decode(
        arguments.wholes("ids").map { Int32($0) }, skipSpecialTokens: arguments.bool("skip_special_tokens")))
  }

  private static let jsonl = Command(
    "jsonl", .data,
    [
      Parameter("file", .path, .required, "a file of JSON Lines"),
      tokenizerParameter,
      Parameter(
        "template",
        .choice([
          Choice("chatml", "<|im_start|>role, content, <|im_end|>"),
          Choice("llama3", "<|start_header_id|>role<|end_header_id|>, content, <|eot_id|>"),
          Choice("plain", "role and a colon, content, each on lines of its own"),
        ]), .absent("chatml or llama3 where the tokenizer has their tokens, else plain"),
        "how the turns of a conversation become text"),
      Parameter(
        "held_out", .number(NumberRange(0, 1, excludesLower: true, excludesUpper: true)), .number(0.1),
        "share of the rows at the end of the file that is evaluated on"),
    ],
    result: "data", "Examples to learn from: the loss is on completions and on the assistant's turns only.",
    details:
      "A row is {\"prompt\": …, \"completion\": …}, {\"messages\": [{\"role\": …, \"content\": …}, …]} or "
      + "{\"text\": …}. An assistant's turn with \"weight\": 0 is not learnt, as in OpenAI's form; TRL does not read weights. "
      + "Other fields are listed as not used. Completions and texts end in the tokenizer's eos, where it states one. Each row is a "
      + "sequence of its own, cut to the model's context; the order is drawn anew for each pass.",
    example: "jsonl(\"Tests/Fixtures/examples.jsonl\", held_out=0.25)", exampleReadsFiles: true,
    source: "TRL's SFTTrainer with completion_only_loss"
  ) { arguments, session in
    let path = arguments.text("file")
    let content = try TextFile.read(
      path, in: session.environment.workingFolder, stop: session.environment.stop)
    let tokenizer = try arguments.optionalObject("tokenizer", as: TokenizerObject.self)
    let standard = ChatFormat.standard(for: tokenizer?.folder.tokenizer)
    let format = arguments.optionalText("template").flatMap(ChatFormat.init) ?? standard
    let file = try ExampleFile(
      content, path: path, tokenizer: tokenizer?.folder, format: format, stop: session.environment.stop)
    if file.hasTurns, tokenizer?.folder.hasChatTemplate == true {
      session.warnOnce(
        "chat template of \(tokenizer?.folder.path ?? "")",
        "the tokenizer's Jinja template is not evaluated; turns are written as \(format.rawValue)")
    }
    let heldOut = arguments.number("held_out")
    let call =
      "jsonl(\(pythonQuoted(path))" + (tokenizer.map { ", tokenizer=\($0.call)" } ?? "")
      + (file.hasTurns ? ", template=\(format.rawValue)" : "") + ", held_out=\(NumberFormat.exact(heldOut)))"
    var facts: [(name: String, value: String)] = []
    if file.hasTurns { facts.append(("turns", "written as \(format.rawValue)")) }
    if !file.unusedFields.isEmpty {
      facts.append(("not used", "the fields \(file.unusedFields.joined(separator: ", "))"))
    }
    if file.unlearntTurns > 0 {
      let count = file.unlearntTurns
      facts.append(
        ("weight", "\(count) \(count == 1 ? "turn" : "turns") of an assistant of weight 0: not learnt"))
    }
    if file.straddlingRows > 0 {
      facts.append(
        ("note", "in \(file.straddlingRows) rows a token reaches from the prompt into the completion"))
    }
    return .object(
      DataObject(
        RowCorpus(
          file.rows, path: path, call: call,
          vocabulary: tokenizer?.folder.tokenizer.vocabularySize ?? 256, heldOut: heldOut, facts: facts,
          hasTurns: file.hasTurns)))
  }
}
