// Objects and commands that stand in for models and runs, so that the language is tested without either.
import Display
package import Fields
package import Interpreter
import Language
import Synchronization

package final class FakeModel: LabObject, MethodProvider {
  package let kind = ObjectKind("model")
  package var summary: String { "\(layers) layers" }
  let layers: Int
  package let bytes: Int
  package let fields: [(name: String, meaning: String)] = [
    ("layers", "how many layers"), ("weights", "the weights, which cannot be read"),
  ]

  package init(layers: Int) {
    self.layers = layers
    bytes = layers * 1500
  }

  package func shown(in session: Session) -> [Event] {
    [.text("model"), .table(Table(columns: [.init("layer")], rows: (0..<layers).map { ["\($0)"] }))]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "layers": .number(Double(layers))
    case "weights": throw Failure("the weights cannot be read")
    default: nil
    }
  }

  package let methods = [
    Command(
      "deeper", .models,
      [Parameter("by", .whole(.positive), .number(1), unit: "layers", "how many layers more")],
      result: "a model", "A model with more layers.", example: "model()"
    ) { arguments, _ in
      let model = arguments.receiver(as: FakeModel.self)
      return .object(FakeModel(layers: model.layers + arguments.whole("by")))
    }
  ]
}

package final class FakeRun: LabObject {
  package let kind = ObjectKind("run")
  let steps: Int
  package var summary: String { "\(steps) steps" }
  package let bytes = 0
  package let fields: [(name: String, meaning: String)] = [
    ("loss", "the last loss"), ("steps", "how many steps were done"),
  ]

  package init(steps: Int) {
    self.steps = steps
  }

  package func shown(in session: Session) -> [Event] {
    [.text("run of \(steps) steps")]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "loss": .number(1 / Double(steps))
    case "steps": .number(Double(steps))
    default: nil
    }
  }
}

/// Another class of the kind "model".
package final class FakeNet: LabObject {
  package let kind = ObjectKind("model")
  package let summary = "a net"
  package let bytes = 0
  package let fields: [(name: String, meaning: String)] = []

  package func shown(in session: Session) -> [Event] { [.text("net")] }
  package func field(_ name: String, in session: Session) throws -> Value? { nil }
}

/// An error that no hook knows.
package enum FakeError: Error { case broken }

/// A flag that a test sets as a user's Ctrl-C would, after a number of polls.
package final class Countdown: Sendable {
  private let left: Atomic<Int>

  package init(_ count: Int) {
    left = Atomic(count)
  }

  package func isOver() -> Bool {
    left.subtract(1, ordering: .relaxed).oldValue <= 0
  }
}

extension Command.Group {
  fileprivate static let models = Command.Group("models", "Make a model")
  /// Without a command: a word that `help` suggests all the same.
  fileprivate static let scaling = Command.Group("scaling", "Scale it")
  fileprivate static let training = Command.Group("training", "Train it")
}

package enum FakeCommands {
  package static let schedules = [
    Choice("constant", "the same rate in all steps"), Choice("linear", "down to zero in a line"),
    Choice("none", "no rate at all"),
  ]
  package static let modes = [Choice("standard", "alpha / r"), Choice("rslora", "alpha / sqrt(r)")]

  package static let all: [Command] = [
    Command(
      "model", .models, [Parameter("layers", .whole(NumberRange(1, 8)), .number(2), "how many layers")],
      result: "a model", "A model.", example: "model(layers=3)"
    ) { arguments, _ in .object(FakeModel(layers: arguments.whole("layers"))) },
    Command("net", .models, [], result: "a model", "A model of another class.", example: "net") { _, _ in
      .object(FakeNet())
    },
    Command(
      "train", .training,
      [
        Parameter(
          "model", .object([ObjectKind("model"), ObjectKind("adapter")]), .required, "what to train"),
        Parameter("steps", .whole(NumberRange(1, 1000)), .number(200), unit: "steps", "how many steps"),
        Parameter(
          "lr", aliases: ["learning_rate"], .either([.number(.positive), .list(.number(.positive))]),
          .number(2e-3), "the learning rate"),
        Parameter("schedule", .choice(schedules), .text("constant"), "how the rate changes"),
        Parameter("resume", .bool, .bool(false), "go on from where the model stands", isPositional: false),
        Parameter(
          "seconds", .number(.positive), .absent("no limit"), unit: "seconds", "the longest time",
          isPositional: false),
      ], result: "a run", "Trains a model.", details: "It changes the model.", example: "train(model())",
      source: "Nobody, 2024, equation 1"
    ) { arguments, session in
      let model = try arguments.object("model", as: FakeModel.self)
      let steps = arguments.whole("steps")
      if steps == 666 {
        throw Failure(argument: "steps", "training broke", label: "at step 3", body: "It did.")
      }
      if steps == 667 { throw FakeError.broken }
      if steps == 668 {
        session.markInterrupted()
        return .object(FakeRun(steps: 334))
      }
      session.emit(.progress(Progress(ProgressLine(title: "train", done: steps, total: steps), isLast: true)))
      session.warnOnce("train", "training \(model.layers) layers")
      return .object(FakeRun(steps: steps))
    },
    Command(
      "lora", .models,
      [
        Parameter("r", aliases: ["rank"], .whole(NumberRange(1)), .number(8), "the rank"),
        Parameter(
          "alpha", aliases: ["lora_alpha"], .either([.number(.any), .text]), .number(16),
          "the numerator of the scaling, or its rule"),
        Parameter("scaling", .either([.choice(modes), .number(.any)]), .absent("the session's"), "the mode"),
        Parameter(
          "targets", aliases: ["target_modules"], .either([.text, .list(.text)]), .absent("all layers"),
          "which modules"),
        Parameter("pattern", .dictionary(.whole(NumberRange(1))), .absent("none"), "other ranks"),
        Parameter("dropout", .number(NumberRange(0, 1, excludesUpper: true)), .number(0), "dropout"),
        Parameter("schedules", .list(.choice(schedules)), .absent("none"), "schedules"),
      ], result: "a dictionary", "What it was given.", example: "lora(r=4)"
    ) { arguments, _ in
      .dictionary([
        ("r", arguments.value("r")), ("alpha", arguments.value("alpha")),
        ("scaling", arguments.value("scaling")),
        ("targets", .list(arguments.texts("targets").map { .text($0) })),
        ("pattern", .dictionary(arguments.dictionary("pattern"))), ("dropout", arguments.value("dropout")),
        ("schedules", arguments.value("schedules")),
      ])
    },
    Command(
      "plot", .looking,
      [
        Parameter("runs", .object([ObjectKind("run")]), .required, "the runs", isVariadic: true),
        Parameter(
          "y", .choice([Choice("linear", "even"), Choice("log", "in powers")]), .text("linear"), "the axis"),
      ], result: "nothing", "Draws runs.", example: "plot train(model())"
    ) { arguments, session in
      let runs = try arguments.objects("runs", as: FakeRun.self)
      session.emit(
        .text("plot of \(runs.map(\.summary).joined(separator: ", ")) on \(arguments.choice("y"))"))
      return .none
    },
    Command(
      "apply", .numbers,
      [Parameter("f", .function, .required, "what to apply"), Parameter("x", .any, .required, "to what")],
      result: "a value", "Calls a function.", example: "def f(a) { return a }\napply(f, 1)"
    ) { arguments, _ in try arguments.call("f", [arguments.value("x")]) },
    Command(
      "load", .session, [Parameter("path", .path, .required, "the file")], result: "a text", "Loads nothing.",
      example: "load(\"a\")"
    ) { arguments, _ in .text(arguments.text("path")) },
    Command(
      "Auto.from_pretrained", .models, [], result: "two models", "As in Python.",
      example: "Auto.from_pretrained()"
    ) { _, _ in .list([.object(FakeModel(layers: 1)), .object(FakeNet())]) },
  ]

  package static let table = CommandTable(
    [all, NumberCommands.all, ListCommands.all, SessionCommands.all, LeavingCommands.all],
    groups: [.models, .scaling, .training, .looking, .session, .numbers])
}
