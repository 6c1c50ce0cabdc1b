// The Python libraries whose imports are read and ignored, so that PEFT's own code can be pasted.
import Language
import Text

enum Imports {
  /// In the order in which messages list them.
  static let modules = [
    "peft", "transformers", "trl", "unsloth", "torch", "datasets", "accelerate", "numpy", "math", "ranklab",
  ]

  /// Those whose own names are in the table, and not mathematics.
  static let named: Set<String> = [
    "peft", "transformers", "trl", "unsloth", "torch", "datasets", "accelerate", "ranklab",
  ]

  /// Whether an entry bears a name that a library of Python has: one that the entry's source gives beside the library's,
  /// as "Unsloth FastLanguageModel; PEFT LoraConfig" does of two. A class whose source names no library may be any's.
  static func isPythons(_ command: Command, of library: String) -> Bool {
    guard library != "ranklab" else { return true }
    let name = command.name.prefix { $0 != "." }
    let source = command.source.lowercased()
    if !modules.contains(where: source.contains) { return name.contains(where: \.isUppercase) }
    return command.source.split(whereSeparator: { $0 == ";" || $0 == "," }).contains { part in
      let words = part.split(separator: " ").map { $0.prefix { $0 != "." } }
      return words.contains(name) && words.contains { $0.lowercased() == library }
    }
  }

  /// Why an import cannot be; nil where it can. `peft.tuners.lora` counts as `peft`.
  static func problem(module: Name, names: [Name], table: CommandTable) -> Diagnostic? {
    let library = module.text.split(separator: ".").first.map(String.init) ?? module.text
    guard modules.contains(library) else {
      return NameProblem.unknownModule(module.text, near: Suggestion.closest(to: library, among: modules))
        .diagnostic(at: module.span)
    }
    let known = Set(table.all.map { String($0.name.prefix { $0 != "." }) })
    guard let unknown = names.first(where: { !known.contains($0.text) && !modules.contains($0.text) }) else {
      return nil
    }
    return NameProblem.unknownImport(
      module: module.text, name: unknown.text,
      near: Suggestion.closest(to: unknown.text, among: known.sorted())
    ).diagnostic(at: unknown.span)
  }
}
