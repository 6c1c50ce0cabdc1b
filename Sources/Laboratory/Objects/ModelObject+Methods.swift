// The methods of models that Python code calls: those that look, and those that give another model.
import Adapters
import Display
package import Interpreter
import Models
import Text

extension ModelObject: MethodProvider {
  package var methods: [Command] { ModelObject.looking + ModelObject.unloading + ModelObject.changing }

  private static let adapted = "m = attach(transformer(), lora(r=8)); "

  private static let looking = [
    Command(
      "print_trainable_parameters", .python, [], result: "nothing",
      "Prints how many parameters train, how many there are, and the share in percent, as PEFT does.",
      example: adapted + "m.print_trainable_parameters()",
      source: "PEFT PeftModel.print_trainable_parameters"
    ) { arguments, session in
      let object = arguments.receiver(as: ModelObject.self)
      let (trainable, all) = (object.trainableCount, object.totalCount)
      let share = NumberFormat.fixed(100 * Double(trainable) / Double(all), places: 4)
      session.emit(
        .text(
          "trainable params: \(Quantity.count(trainable)) || all params: \(Quantity.count(all)) "
            + "|| trainable%: \(share)"))
      return .none
    },
    Command(
      "get_nb_trainable_parameters", .python, [], result: "two numbers",
      "How many parameters train, and how many there are.",
      example: adapted + "m.get_nb_trainable_parameters()",
      source: "PEFT PeftModel.get_nb_trainable_parameters"
    ) { arguments, _ in
      let object = arguments.receiver(as: ModelObject.self)
      return .list([.number(Double(object.trainableCount)), .number(Double(object.totalCount))])
    },
    Command(
      "save_pretrained", .python,
      [
        Parameter("save_directory", .path, .required, "a folder"),
        Parameter(
          "selected_adapters", .list(.text), .absent("all"), "names of the adapters that are written"
        ).named,
      ]
        + Parameter.refused(
          "path_initial_model_for_weight_conversion", because: "the folder would hold another adapter")
        + Parameter.withoutEffect(
          "safe_serialization", "save_embedding_layers", "is_main_process", "max_shard_size",
          because: "a folder here is always whole, and its tensors are in safetensors")
        + Parameter.withoutEffect("push_to_hub", "repo_id", "token", because: "nothing is sent"),
      result: "nothing", "Writes its adapters as PEFT's folders; a model without one as its own folder.",
      details: "`default` is written into the folder, another adapter into a folder of its name in it. "
        + "`save(m, \"folder\")` writes the active one alone.",
      example: adapted + "m.save_pretrained(\"adapter\")", source: "PEFT save_pretrained"
    ) { arguments, session in
      let model = arguments.receiver(as: ModelObject.self).model
      let folder = arguments.text("save_directory")
      do {
        try write(
          model, to: folder,
          selected: arguments.isGiven("selected_adapters") ? arguments.texts("selected_adapters") : nil,
          session)
      } catch var failure as Failure where failure.fix == "overwrite=True" {
        failure.fix = "save(m, \(pythonQuoted(folder)), overwrite=True)"
        throw failure
      }
      return .none
    },
  ]

  private static func write(_ model: Model, to folder: String, selected: [String]?, _ session: Session) throws
  {
    guard let set = try AdapterSet(model) else {
      return try ModelFiles.save(model, to: folder, overwrite: false, session)
    }
    let names = selected ?? set.names
    for name in names where set[name] == nil { throw AdapterError.unknownName(name: name, names: set.names) }
    let items = set.adapters.filter { names.contains($0.name) }
    try AdapterFiles.save(items, baseModel: model.source?.folder, to: folder, session)
    for item in items where item.name != AdapterSet.usualName {
      session.emit(.note("`\(item.name)` is in `\(folder)/\(item.name)`, where PEFT puts it"))
    }
  }

  private static let unloading = [
    Command(
      "merge_and_unload", .python,
      [
        Parameter("progressbar", .bool, .bool(false), "no effect here: merging takes no time"),
        Parameter("safe_merge", .bool, .bool(false), "refuses weights that are not finite"),
        Parameter(
          "adapter_names", .list(.text), .absent("the active ones"), "the adapters that are merged in"),
      ],
      result: "a model", "A plain model whose weights are what the active adapters make of them.",
      details: "The model itself stays as it is, and `unmerge` gives it back.",
      example: adapted + "m.merge_and_unload()", source: "PEFT merge_and_unload"
    ) { arguments, session in
      var model = arguments.receiver(as: ModelObject.self).model
      if arguments.isGiven("adapter_names"), !arguments.texts("adapter_names").isEmpty {
        model = try session.workshop.activated(model, arguments.texts("adapter_names"))
      }
      let merged = try session.workshop.merged(model)
      if arguments.bool("safe_merge"), let name = merged.base.firstNotFinite {
        throw Failure(
          "merging gives weights that are not finite", label: "the first are in \(name)",
          body: "The run that trained the adapter diverged; its last finite state is not kept.")
      }
      return .object(ModelObject(merged))
    },
    Command(
      "unload", .python, [], result: "a model", "The base alone, as a new model that shares the weights.",
      example: adapted + "m.unload()", source: "PEFT unload"
    ) { arguments, _ in
      .object(ModelObject(try arguments.receiver(as: ModelObject.self).model.detached()))
    },
  ]
}

extension BaseWeights {
  /// The name of the first weight with a value that is not finite; nil where all are.
  fileprivate var firstNotFinite: String? {
    shapes.indices.first { i in
      matrix(i).withFloats { values in (0..<shapes[i].count).contains { !values[$0].isFinite } }
    }.map { shapes[$0].name }
  }
}
