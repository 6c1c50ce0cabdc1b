// The kinds of object of the laboratory.
package import Interpreter

extension ObjectKind {
  package static let model = ObjectKind("model")
  package static let adapter = ObjectKind("adapter")
  package static let quantization = ObjectKind("quantisation")
  package static let rule = ObjectKind("rule")
  package static let data = ObjectKind("data", isCountable: false)
  package static let run = ObjectKind("run")
  package static let comparison = ObjectKind("comparison")
  package static let map = ObjectKind("map")
  package static let frontier = ObjectKind("frontier")
  package static let tuning = ObjectKind("tuning")
  package static let advice = ObjectKind("advice", isCountable: false)
  package static let explanation = ObjectKind("explanation")
  package static let chart = ObjectKind("chart")
  package static let report = ObjectKind("report")
  package static let tensor = ObjectKind("tensor")
  package static let tokenizer = ObjectKind("tokenizer")
  package static let trainer = ObjectKind("trainer")
  package static let trainingArguments = ObjectKind("training arguments", isCountable: false)
  package static let probes = ObjectKind("list of probes")
  package static let memory = ObjectKind("memory", isCountable: false)
}
