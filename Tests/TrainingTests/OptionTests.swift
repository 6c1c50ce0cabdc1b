// The table of training options: each entry reads and sets the field that it is of, and no other.
import Adapters
import Fields
import Testing
import Training

@Suite struct OptionTests {
  /// Values that are not the usual one.
  private func others(_ option: TrainingOption) -> [Literal] { others(option, option.kind) }

  private func others(_ option: TrainingOption, _ kind: FieldKind) -> [Literal] {
    switch kind {
    case .number: [.number(0.25), .number(0.5)]
    case .whole: [.number(3), .number(5)]
    case .bool: [.bool(option.standard == .bool(false))]
    case .choice(let choices):
      choices.map { .text($0.word) }.filter { $0 != option.standard }
    case .numbers(_, let count): [.numbers(Array(repeating: 0.25, count: count))]
    // The first alternative is the form that is given back.
    case .either(let kinds): kinds.first.map { others(option, $0) } ?? []
    // No option has another kind.
    case .text, .wholes, .modules, .moduleNames, .byModule, .any: []
    }
  }

  @Test func namesAreTheirs() {
    let names = TrainingSettings.options.flatMap { [$0.name] + $0.aliases }
    #expect(names.count == Set(names).count)
    let fields = TrainingSettings.options.flatMap(\.trainerFields).flatMap { [$0.name] + $0.olderNames }
    #expect(fields.count == Set(fields).count)
  }

  @Test(arguments: TrainingSettings.options.map(\.name))
  func anOptionIsItsFieldAlone(_ name: String) throws {
    let option = TrainingSettings.option(name)
    var usual = TrainingSettings.standard
    option.owner?.choose(in: &usual)
    #expect(option.value(in: usual) == option.standard)
    #expect(option.kind.holds(option.standard) || option.standard == .absent && !option.absence.isEmpty)
    #expect(!others(option).isEmpty)
    for other in others(option) {
      var settings = usual
      #expect(option.set(other, in: &settings))
      #expect(option.value(in: settings) == other && other != option.standard)
      #expect(settings != usual)
      for second in TrainingSettings.options
      where second.name != name && !(name == "optimizer" && second.topic == .optimizer)
        && !(name == "schedule" && second.owner != nil)
      {
        #expect(second.value(in: settings) == second.value(in: usual), "\(second.name)")
      }
      #expect(option.set(option.standard, in: &settings) && settings == usual)
      #expect(!option.set(.bool(true), in: &settings) || option.kind.fits(.bool(true)))
    }
  }

  @Test func anOptimizerHasItsOwnOptions() {
    var settings = TrainingSettings.standard
    settings.optimizer = .adamw(beta1: 0.5, beta2: 0.75, epsilon: 1e-3, weightDecay: 0.25)
    #expect(TrainingSettings.option("momentum").value(in: settings) == nil)
    TrainingSettings.option("momentum").set(.number(0.5), in: &settings)
    #expect(
      settings.optimizer.arguments == "optimizer=adamw, betas=[0.5, 0.75], eps=0.001, weight_decay=0.25")
    settings.optimizer.kind = .sgd
    #expect(settings.optimizer == .sgd(momentum: 0, weightDecay: 0.25))
    #expect(TrainingSettings.option("betas").value(in: settings) == nil)
    #expect(settings.optimizer.arguments == "optimizer=sgd, momentum=0, weight_decay=0.25")
  }

  @Test func literalsAreOfTheirKinds() {
    let half = FieldKind.number(NumberRange(0, 0.75, excludesLower: true))
    #expect(half.holds(.number(0.5)) && half.holds(.number(2)) && !half.holds(.number(0)))
    #expect(!half.holds(.number(.infinity)) && !half.holds(.number(.nan)) && !half.holds(.text("1")))
    let whole = FieldKind.whole(NumberRange(1, 9))
    #expect(whole.holds(.number(1)) && !whole.holds(.number(1.5)) && !whole.holds(.absent))
    let pair = FieldKind.numbers(.share, count: 2)
    #expect(
      pair.holds(.numbers([0, 0.5])) && !pair.holds(.numbers([0.5])) && !pair.holds(.numbers([0.5, -1])))
    #expect(pair.fits(.numbers([])) && !pair.fits(.number(1)))
    let word = FieldKind.choice([Choice("a", "")])
    #expect(word.holds(.text("a")) && !word.holds(.text("b")) && word.fits(.text("b")))
    #expect(Int(literal: .number(1.5)) == nil && UInt64(literal: .number(-1)) == nil)
    #expect(UInt64(literal: .number(0x1p53)) == 1 << 53 && Int(literal: .text("1")) == nil)
    #expect(
      [Literal.absent, .bool(true), .number(2e-3), .text("ramp"), .numbers([1, 0.5])].map(\.code)
        == ["None", "True", "0.002", "\"ramp\"", "[1, 0.5]"])
    #expect(
      Literal.dictionary([.init(key: "a\"", value: .texts(["b"])), .init(key: "c", value: .number(2))]).code
        == "{\"a\\\"\": [\"b\"], \"c\": 2}")
  }
}
