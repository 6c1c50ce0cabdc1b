// The arguments of one call in a script: what is written out, what was followed, and what was not read.
import Analysis
import Fields
import Interpreter
import Language
import Text

struct ScriptArguments {
  /// Every argument by name; one that was not read is `unknown`.
  private(set) var fields: [ConfigurationField] = []
  private(set) var followed: [LintFollowed] = []
  private(set) var unread: [LintUnread] = []
  /// False where more may be given than the fields say.
  private(set) var isWhole = true
  private let judged: Set<String>

  /// - Parameters:
  ///   - judged: the fields that a rule looks at; others are taken as they stand.
  ///   - isPositional: whether an argument without a name is no field, as a model is none.
  init(_ call: PythonCall, _ values: ScriptValues, judged: Set<String>, isPositional: Bool) {
    self.judged = judged
    let outline = values.outline
    for argument in call.arguments {
      guard let label = argument.label else {
        if !isPositional {
          isWhole = false
          unread.append(
            LintUnread(
              field: "a field by its place", expression: outline.text(argument.place),
              reason: "the order of fields changes with PEFT's version"))
        }
        continue
      }
      guard judged.contains(label) else {
        fields.append(ConfigurationField(label, argument.value))
        continue
      }
      let expression = "\(label)=\(outline.text(argument.place))"
      do throws(ScriptValues.Unread) {
        take(label, try values.read(argument.place), expression)
      } catch {
        // A library's name says which optimiser it is.
        if label == "optim", case .name(let name) = argument.value, name.contains(".") {
          fields.append(ConfigurationField(label, .name(name)))
        } else {
          skip(label, expression, error.reason)
        }
      }
    }
    for place in call.unpacked { unpack(place, values) }
    for change in changes(of: call, outline) {
      fields.removeAll { $0.name == change.field }
      followed.removeAll { $0.field == change.field }
      unread.removeAll { $0.field == change.field }
      skip(change.field, change.name, "it is set again at line \(change.line)")
    }
  }

  /// A literal or what was followed; nil where it is absent or was not read.
  func value(_ label: String) -> StatedValue? { fields.last { $0.name == label }?.value }

  /// The judged fields that are known, as text: `learning_rate=2e-4`.
  var read: [String] {
    fields.compactMap { field in
      guard judged.contains(field.name), field.value != .unknown else { return nil }
      return "\(field.name)=\(short(field.value))"
    }
  }

  private mutating func take(_ label: String, _ reading: ScriptValues.Reading, _ expression: String) {
    guard reading.value.isWhole else { return skip(label, expression, "a part of it is computed") }
    let changer = reading.origins.lazy.compactMap(\.changer).first
    // Whoever leaves a default at None means to set it, unless None is a value of the field.
    if changer != nil, reading.value == .none, !FieldNames.takingNone.contains(label) {
      return skip(label, expression, "\(reading.origins[0].text), is None")
    }
    fields.append(ConfigurationField(label, reading.value))
    guard !reading.origins.isEmpty else { return }
    var origins: [String] = []
    for origin in reading.origins where !origins.contains(origin.text) { origins.append(origin.text) }
    followed.append(
      LintFollowed(
        field: label, expression: expression, value: reading.value.text,
        origin: origins.joined(separator: " and "), changer: changer))
  }

  private mutating func skip(_ label: String, _ expression: String, _ reason: String) {
    fields.append(ConfigurationField(label, .unknown))
    unread.append(LintUnread(field: label, expression: expression, reason: reason))
  }

  private mutating func unpack(_ place: PythonPlace, _ values: ScriptValues) {
    let expression = values.outline.text(place)
    do throws(ScriptValues.Unread) {
      let reading = try values.read(unpacked: place)
      guard case .dictionary(let entries) = reading.value else {
        throw ScriptValues.Unread("it is no dictionary")
      }
      for entry in entries {
        guard case .text(let label) = entry.key else { throw ScriptValues.Unread("a key of it is computed") }
        guard judged.contains(label) else {
          fields.append(ConfigurationField(label, entry.value))
          continue
        }
        take(
          label, ScriptValues.Reading(value: entry.value, origins: reading.origins),
          "\(label) in \(expression)")
      }
    } catch {
      isWhole = false
      unread.append(
        LintUnread(
          field: expression, expression: expression,
          reason: "\(error.reason); it may give any field that is not written beside it"))
    }
  }

  /// Fields of the object that a call makes, where the script sets them later.
  private func changes(of call: PythonCall, _ outline: PythonOutline) -> [(
    field: String, name: String, line: Int
  )] {
    let names = outline.bindings.compactMap { binding -> String? in
      guard case .value(let value?) = binding.kind, outline.call(value)?.place == call.place else {
        return nil
      }
      return binding.name
    }
    guard !names.isEmpty else { return [] }
    return outline.bindings.compactMap { binding in
      for name in names where binding.name.hasPrefix(name + ".") {
        let field = String(binding.name.dropFirst(name.count + 1))
        if judged.contains(field) { return (field, binding.name, binding.line) }
      }
      return nil
    }
  }

  /// As Python writes it, without what is in lists and dictionaries.
  private func short(_ value: StatedValue) -> String {
    switch value {
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .text(let text): pythonQuoted(text)
    case .name(let name): name
    case .unknown: "not read"
    case .number, .bool, .none: value.text
    }
  }
}
