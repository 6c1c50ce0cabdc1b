// What a user of the laboratory wants to do: the groups of its commands.
package import Interpreter

extension Command.Group {
  package static let models = Command.Group("models", "Make a model")
  package static let adapters = Command.Group("adapters", "Adapt it")
  package static let scaling = Command.Group("scaling", "Scale it")
  package static let data = Command.Group("data", "Get data")
  package static let training = Command.Group("training", "Train it")
  package static let comparing = Command.Group("comparing", "Compare runs")
  package static let files = Command.Group("files", "Save and load")
  package static let python = Command.Group("python", "As in Python")
}
