// The arguments of a call as Python writes them.
import Fields
import Interchange
import Interpreter
import Models

extension Arguments {
  /// The arguments that the call gave, as Python writes them and in the order of the table; objects have no such form and
  /// are left out.
  func pythonArguments(except names: Set<String> = []) -> [PythonArgument] {
    command.parameters.filter { isGiven($0.name) && !names.contains($0.name) }.compactMap { parameter in
      let value = value(parameter.name)
      let isFormat = ["dtype", "torch_dtype"].contains(parameter.name)
      if isFormat, case .text(let name) = value, ["float16", "bfloat16", "float32"].contains(name) {
        return PythonArgument(name: parameter.name, text: "torch.\(name)")
      }
      return value.literal.map { PythonArgument(name: parameter.name, text: $0.python) }
    }
  }
}
