// The methods of models that Python code calls.
import Display

extension ModelObject: MethodProvider {
  package var methods: [Command] { ModelObject.entries }

  private static let entries = [
    Command(
      "print_trainable_parameters", .python, [], result: "nothing",
      "Prints how many parameters train, how many there are, and the share in percent, as PEFT does.",
      example: "m = attach(transformer(), lora(r=8)); m.print_trainable_parameters()",
      source: "PEFT PeftModel.print_trainable_parameters"
    ) { arguments, session in
      let object = arguments.receiver(as: ModelObject.self)
      let trainable = object.trainableCount
      let all = object.model.base.count + trainable
      let share = Quantity.fixed(100 * Double(trainable) / Double(all), places: 4)
      session.emit(
        .text(
          "trainable params: \(Quantity.count(trainable)) || all params: \(Quantity.count(all)) "
            + "|| trainable%: \(share)"))
      return .none
    }
  ]
}
