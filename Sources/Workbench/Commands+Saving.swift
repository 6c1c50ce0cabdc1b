// The commands that write values to files and read them back: save and load.
import Display
import Fields
import Interchange
import Interpreter
package import Laboratory
import Models
import Signals

enum SavingCommands {
  static let all: [Command] = [save, load]

  private static let smallMap =
    "stability(mlp([8, 8]), teacher(mlp([8, 8])), lora(), r=[2], lr=[1, 10], seeds=1, steps=5)"

  private static let kinds: [ObjectKind] = [
    .chart, .run, .comparison, .map, .frontier, .tuning, .model, .adapter, .tensor,
  ]

  private static let save = Command(
    "save", .files,
    [
      Parameter(
        "value", .either([.object(kinds), .choice([SessionFile.choice])]), .required,
        "what `plot` gives, a run, comparison, map, frontier or tuning; a model, adapter or tensor; or the session"
      ),
      Parameter(
        "file", .path, .required,
        "its ending says what is written: .svg, .txt, .csv, .json or .safetensors; of a model or adapter a folder"
      ),
      Parameter(
        "overwrite", .bool, .bool(false), "replaces what is of another kind", isPositional: false),
      Parameter(
        "portable", .bool, .bool(false),
        "of an adapter: folds √r into alpha, for loaders that ignore use_rslora", isPositional: false),
    ],
    result: "nothing", "Writes a value to a file: as a picture, as rows, or so that `load` gives it back.",
    details:
      "Charts and maps go to .svg for a browser and .txt for a mail; everything that was measured goes to .csv for "
      + "other programs and, with all its settings and to the last bit, to .json. In a .csv an apostrophe stands before a text "
      + "that a spreadsheet would run as a formula. Equal values are equal files: the times of steps are in none. The weights "
      + "of a run are in its adapter, not in the .json. `save session \"x.rank\"` writes the cells that ran. A file is replaced as a whole, and only by the same kind of value. "
      + "A transformer is written as config.json and model.safetensors, which transformers loads: \(HubForm.owners(joined: "or")) "
      + "form, in single precision, a quantised one as bitsandbytes saves it; an mlp or a linear layer so too, for `load` alone. An adapter, or the adapter of a "
      + "model, is written as PEFT's adapter_config.json and adapter_model.safetensors.",
    example: "save(plot([3, 2, 1]), \"chart.svg\")"
  ) { arguments, session in
    let file = arguments.text("file")
    guard case .object(let object) = arguments.value("value") else {
      try SessionFile.write(
        session, to: try TextFile.place(file, in: session.environment.workingFolder), named: file,
        overwrite: arguments.bool("overwrite"))
      return .none
    }
    if object is AdapterObject || (object as? ModelObject)?.model.adapter != nil {
      try AdapterFiles.save(object, arguments, session)
      session.reportWritten(file)
      return .none
    }
    if arguments.bool("portable") {
      throw Failure(argument: "portable", "`portable` belongs to an adapter", label: "this is none")
    }
    if let model = object as? ModelObject {
      try ModelFiles.save(model.model, to: file, overwrite: arguments.bool("overwrite"), session)
      session.reportWritten(file)
      return .none
    }
    guard let value = object as? any SavableObject else { return .none }
    guard let form = value.forms.first(where: { file.hasSuffix($0.suffix) }) else {
      throw unfitting(file, value, session)
    }
    try form.write(
      to: file, in: session.environment.workingFolder, overwrite: arguments.bool("overwrite"),
      stop: session.environment.stop)
    session.reportWritten(file)
    return .none
  }

  /// What is said of an ending that a value does not have.
  private static func unfitting(_ file: String, _ value: any SavableObject, _ session: Session) -> Failure {
    let suffixes = value.forms.map(\.suffix)
    let known = suffixes.dropLast().joined(separator: ", ") + (suffixes.count > 1 ? " or " : "")
    let isPicture = file.hasSuffix(".svg") || file.hasSuffix(".txt")
    let base =
      file.split(separator: "/").last.map { $0.split(separator: ".") }?.first.map(String.init) ?? "file"
    let fitting = "\"\(base)\(suffixes.first ?? "")\""
    let drawn: [ObjectKind] = [.run, .comparison, .frontier, .tuning]
    let fix =
      session.name(of: value).map { name in
        isPicture && drawn.contains(value.kind)
          ? "save(plot(\(name)), \"\(file)\")" : "save(\(name), \(fitting))"
      } ?? fitting
    return Failure(
      argument: "file", "\(value.kind.phrase) cannot be saved under this name",
      label: "it ends in \(known)\(suffixes.last ?? "")", fix: fix)
  }

  private static let load = Command(
    "load", .files,
    [
      Parameter(
        "file", .path, .required, "a model's folder, a .safetensors file, or what `save` wrote as .json"),
      Parameter(
        "context", .whole(NumberRange(1, 1e9)), .absent("the model's own, at most 1024"), unit: "tokens",
        "longest sequence that a model is used with"),
    ] + QuantizationArguments.parameters(),
    result: "a model, or what was saved",
    "Reads a model's folder, tensors, or a saved run, comparison, map, frontier or tuning.",
    details:
      "What was saved shows, is drawn and compares as it did; a run comes without its weights. A model's folder holds "
      + "config.json and model.safetensors (or its parts and their index), as transformers writes them: models of "
      + "\(HubForm.owners(joined: "and")) form, in F32, F16 or BF16, or quantised by bitsandbytes. A field that would change what the model computes and is not "
      + "known here is refused by name. `load_adapter` reads an adapter's folder. Loading never runs code.",
    example: "save(\(smallMap), \"map.json\"); load(\"map.json\")",
    source: "transformers save_pretrained"
  ) { arguments, session in
    let file = arguments.text("file")
    if ModelFiles.isFolder(file, session) {
      let model = try ModelFiles.load(file, context: arguments.optionalWhole("context"), session)
      return .object(ModelObject(try QuantizationArguments.applied(arguments, to: model, session)))
    }
    for name in ["context"] + QuantizationArguments.parameters().map(\.name)
    where arguments.isGiven(name) {
      throw Failure(
        argument: name, "`\(name)` belongs to a model", label: "`\(file)` is no folder of a model")
    }
    if file.hasSuffix(".safetensors") {
      return try TensorObject.read(try TextFile.place(file, in: session.environment.workingFolder))
    }
    if let suffix = [".csv", ".svg", ".txt"].first(where: { file.hasSuffix($0) }) {
      throw Failure(
        argument: "file", "a \(suffix) file does not load back", label: "it is for other programs",
        body: "`save(…, \"….json\")` writes what `load` reads.")
    }
    return .object(try SavedFile.read(file, in: session.environment.workingFolder))
  }
}

extension ChartObject: SavableObject {
  package var forms: [SavedForm] {
    [
      .svg { self.chart.svg(stop: $0) }, .text { self.chart.rendered($0) },
      histogram.map { histogram in .csv { Self.bins(histogram) } }
        ?? .csv(header: { self.pointsHeader }, rows: { try self.points($0) }),
    ]
  }

  /// A row for each point, with the bounds of its band where there are bands.
  private func points(_ stop: StopSignal) throws -> [[String]] {
    var rows: [[String]] = []
    for series in chart.series {
      for (index, (x, y)) in zip(series.x, series.y).enumerated() {
        try stop.check()
        let bounds = [series.band?.low, series.band?.high].map { bound in
          bound.flatMap { $0.indices.contains(index) ? $0[index] : nil }
        }
        rows.append(
          [series.name] + ([x, y] + (hasBands ? bounds : [])).map(CommaSeparatedText.number))
      }
    }
    return rows
  }

  private var hasBands: Bool { chart.series.contains { $0.band != nil } }

  private var pointsHeader: [String] { ["series", "x", "y"] + (hasBands ? ["low", "high"] : []) }

  private static func bins(_ histogram: Histogram) -> CommaSeparatedText {
    var table = CommaSeparatedText(["from", "to", "count"])
    for (index, count) in histogram.counts.enumerated() {
      table.rows.append(
        [histogram.edges[index], histogram.edges[index + 1]].map(CommaSeparatedText.number) + ["\(count)"])
    }
    return table
  }
}

extension HeatMapObject: SavableObject {
  package var forms: [SavedForm] {
    [
      .svg { _ in HeatMap.svg(self.heatMaps) },
      .text { options in self.heatMaps.map { $0.rendered(options) }.joined(separator: "\n\n") },
    ]
  }
}

extension Session {
  /// Says where a value was written; a folder's name depends on the machine, so it is no part of a notebook's output.
  func reportWritten(_ file: String) {
    let place = try? TextFile.place(file, in: environment.workingFolder)
    emit(.status("wrote \(place ?? file)"))
  }
}
