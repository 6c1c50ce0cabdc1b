// The commands that make training data.
import Adapters
import Fields
import Interchange
import Interpreter
import Laboratory
import Models
import Signals
import Training

enum DataCommands {
  static let all: [Command] = [language, teacher, text]

  private static let seedRange = NumberRange(0, 0x1p53)

  private static let language = Command(
    "language", .data,
    [
      Parameter("seed", .whole(seedRange), .number(0), "draws the rules"),
      Parameter("shift", .number(NumberRange(0, 1)), .number(0), "share of the tokens with new rules"),
      Parameter("vocab", .whole(NumberRange(5, 100_000)), .number(64), "number of tokens"),
    ],
    result: "data", "A first-order Markov language whose entropy is known.",
    details:
      "Each token has four successors. `language(1, shift=0.4)` is `language(1)` with 40 % of its rules changed.",
    example: "language(1, shift=0.4)"
  ) { arguments, session in
    .object(
      DataObject(
        try MarkovLanguage(
          seed: UInt64(arguments.whole("seed")), shift: arguments.number("shift"),
          vocabulary: arguments.whole("vocab"), stop: session.environment.stop)))
  }

  private static let teacher = Command(
    "teacher", .data,
    [
      Parameter("model", .object([.model]), .required, "an mlp or linear model; its weights now"),
      Parameter(
        "shift", .number(.notNegative), .number(0.1), "deviation of the teacher's weights, times 1/√in"),
      Parameter("noise", .number(.notNegative), .number(0), "deviation of the noise on targets"),
      Parameter(
        "tail", .number(.notNegative), .number(0), "each training sample is scaled by e^(tail·N(0, 1))"),
      Parameter("seed", .whole(seedRange), .number(0), "draws the shift and the evaluation set"),
    ],
    result: "data", "Regression onto a shifted copy of a model.",
    details:
      "Inputs are normal with variance of component k proportional to 1/k. The evaluation set has no tail "
      + "and no noise. The loss is half the mean squared error.",
    example: "teacher(mlp([64, 64, 64, 64]), shift=0.1, noise=0.05, tail=0.5)"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    return .object(
      DataObject(
        try TeacherTask(
          model: model, shift: arguments.number("shift"), noise: arguments.number("noise"),
          tail: arguments.number("tail"), seed: UInt64(arguments.whole("seed")),
          stop: session.environment.stop)))
  }

  private static let text = Command(
    "text", .data,
    [
      Parameter("file", .path, .required, "a text file in UTF-8"),
      Parameter(
        "level",
        .choice([
          Choice("byte", "one token a byte, a vocabulary of 256"),
          Choice("character", "one token a character, the vocabulary is what occurs"),
        ]), .text("byte"), "what a token is, where no tokenizer is given"),
      Parameter(
        "held_out", .number(NumberRange(0, 1, excludesLower: true, excludesUpper: true)), .number(0.1),
        "share at the end of the file that is evaluated on"),
      TokenizerCommands.tokenizerParameter,
    ],
    result: "data", "Real text to predict token by token, its last part held out.",
    example: "save(plot([3, 2, 1]), \"chart.txt\"); text(\"chart.txt\", level=character)"
  ) { arguments, session in
    let path = arguments.text("file")
    let content = try TextFile.read(
      path, in: session.environment.workingFolder, stop: session.environment.stop)
    let stop = session.environment.stop
    if let tokenizer = try arguments.optionalObject("tokenizer", as: TokenizerObject.self) {
      let tokens = try tokenizer.folder.tokenizer.encode(content, addSpecialTokens: false, stop: stop)
      return .object(
        DataObject(
          TextCorpus(
            tokens: tokens, vocabulary: tokenizer.folder.tokenizer.vocabularySize, tokenizer: tokenizer.call,
            path: path,
            heldOut: arguments.number("held_out"))))
    }
    let corpus = try TextCorpus(
      content, path: path, level: TextLevel(rawValue: arguments.choice("level")) ?? .byte,
      heldOut: arguments.number("held_out"), stop: stop)
    return .object(DataObject(corpus))
  }
}
