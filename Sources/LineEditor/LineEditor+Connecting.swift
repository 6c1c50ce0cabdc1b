// Which keys run which commands, and the way from libedit's callbacks to the editor.
import CEditLine
import Glibc

extension LineEditor {
  /// Hands libedit the prompts, the source of keys, the commands and their keys.
  func connect() {
    cel_set_prompts(library, leftPromptText, rightPromptText, CChar(PromptText.mark.value))
    cel_set_reader(library, nextKey)
    let bindings = bindings
    if usesEmacsKeys { _ = cel_bind(library, Self.searchKey, "em-inc-search-prev") }
    for binding in bindings {
      _ = cel_add_command(library, binding.name, binding.help, binding.command)
      for key in binding.keys where usesEmacsKeys || !key.hasPrefix("\\e") {
        _ = cel_bind(library, key, binding.name)
      }
      guard !usesEmacsKeys else { continue }
      for key in binding.commandKeys { _ = cel_bind_in_command_mode(library, key, binding.name) }
    }
  }

  private struct Binding {
    var name: String
    var help: String
    /// Keys in libedit's notation. With vi's keys, those that begin with Escape are left out, and so is all
    /// of a binding that has no `commandKeys`.
    var keys: [String]
    var commandKeys: [String] = []
    var command: @convention(c) (OpaquePointer?, Int32) -> UInt8
  }

  /// libedit turns the Enter key into a newline and Control-J into a return; both are Enter here.
  private var bindings: [Binding] {
    let common = [
      Binding(
        name: "lab-enter", help: "Run the cell, or break the line", keys: ["\\n", "\\r"],
        commandKeys: ["\\n", "\\r"], command: { library, _ in run(library) { $0.enter() } }),
      Binding(
        name: "lab-interrupt", help: "Give up the cell", keys: ["^C"], commandKeys: ["^C"],
        command: { library, _ in run(library) { $0.interrupt() } }),
      Binding(
        name: "lab-complete", help: "Complete the word", keys: ["^I"],
        command: { library, _ in run(library) { $0.completeWord() } }),
      Binding(
        name: "lab-up", help: "A line up, or an older cell", keys: ["^P", "\\e[A", "\\eOA"],
        commandKeys: ["k"], command: { library, _ in run(library) { $0.goUp() } }),
      Binding(
        name: "lab-down", help: "A line down, or a newer cell", keys: ["^N", "\\e[B", "\\eOB"],
        commandKeys: ["j"], command: { library, _ in run(library) { $0.goDown() } }),
    ]
    return common + (usesEmacsKeys ? emacsBindings : []) + [pasteBinding]
  }

  private var pasteBinding: Binding {
    Binding(
      name: "lab-paste", help: "Take a paste as it is", keys: usesEmacsKeys ? ["\\e[200~"] : ["^_"],
      commandKeys: ["^_"], command: { library, _ in run(library) { $0.paste() } })
  }

  private var emacsBindings: [Binding] {
    [
      Binding(
        name: "lab-newline", help: "Break the line", keys: ["\\e\\n", "\\e\\r"],
        command: { library, _ in run(library) { $0.breakLine() } }),
      Binding(
        name: "lab-search", help: "Search the history", keys: ["^R"],
        command: { library, _ in run(library) { $0.searchHistory() } }),
      Binding(
        name: "lab-left", help: "A character back", keys: ["^B", "\\e[D", "\\eOD"],
        command: { library, _ in run(library) { $0.goLeft() } }),
      Binding(
        name: "lab-right", help: "A character forward", keys: ["^F", "\\e[C", "\\eOC"],
        command: { library, _ in run(library) { $0.goRight() } }),
      Binding(
        name: "lab-line-start", help: "To the beginning of the line",
        keys: ["^A", "\\e[H", "\\eOH", "\\e[1~", "\\e[7~"],
        command: { library, _ in run(library) { $0.goToLineStart() } }),
      Binding(
        name: "lab-line-end", help: "To the end of the line",
        keys: ["^E", "\\e[F", "\\eOF", "\\e[4~", "\\e[8~"],
        command: { library, _ in run(library) { $0.goToLineEnd() } }),
      Binding(
        name: "lab-word-left", help: "To the beginning of the word", keys: ["\\eb", "\\e[1;5D", "\\e[1;3D"],
        command: { library, _ in run(library) { $0.goToPreviousWord() } }),
      Binding(
        name: "lab-word-right", help: "To the end of the word", keys: ["\\ef", "\\e[1;5C", "\\e[1;3C"],
        command: { library, _ in run(library) { $0.goToNextWord() } }),
      Binding(
        name: "lab-delete-back", help: "Delete the character before", keys: ["^H", "^?"],
        command: { library, _ in run(library) { $0.deleteBackward() } }),
      Binding(
        name: "lab-delete", help: "Delete the character after", keys: ["\\e[3~"],
        command: { library, _ in run(library) { $0.deleteForward() } }),
      Binding(
        name: "lab-delete-or-end", help: "Delete the character after, or leave", keys: ["^D"],
        command: { library, _ in run(library) { $0.deleteForwardOrEnd() } }),
      Binding(
        name: "lab-cut-line-end", help: "Cut to the end of the line", keys: ["^K"],
        command: { library, _ in run(library) { $0.cutToLineEnd() } }),
      Binding(
        name: "lab-cut-line-start", help: "Cut to the beginning of the line", keys: ["^U"],
        command: { library, _ in run(library) { $0.cutToLineStart() } }),
      Binding(
        name: "lab-cut-word-back", help: "Cut the word before", keys: ["^W", "\\e^H", "\\e^?"],
        command: { library, _ in run(library) { $0.cutWordBackward() } }),
      Binding(
        name: "lab-cut-word", help: "Cut the word after", keys: ["\\ed"],
        command: { library, _ in run(library) { $0.cutWordForward() } }),
      Binding(
        name: "lab-put", help: "Put back what was cut", keys: ["^Y"],
        command: { library, _ in run(library) { $0.putBack() } }),
      Binding(
        name: "lab-close", help: "Insert a bracket that closes, at its block's indentation",
        keys: ["}", "]", ")"],
        command: { library, key in run(library) { $0.insertClosing(key) } }),
    ]
  }
}

/// The editor that a callback is for. Callbacks come only out of `el_wgets` and `cel_refresh`, while the
/// editor lives.
private func editor(_ library: OpaquePointer?) -> LineEditor? {
  guard let client = cel_client(library) else { return nil }
  return Unmanaged<LineEditor>.fromOpaque(client).takeUnretainedValue()
}

private func run(_ library: OpaquePointer?, _ command: (LineEditor) -> KeyResult) -> UInt8 {
  (editor(library).map(command) ?? .refuse).rawValue
}

private let leftPromptText: @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>? = { library in
  UnsafePointer(editor(library)?.leftBuffer.pointer)
}

private let rightPromptText: @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>? = { library in
  UnsafePointer(editor(library)?.rightBuffer.pointer)
}

private let nextKey: @convention(c) (OpaquePointer?, UnsafeMutablePointer<wchar_t>?) -> Int32 = {
  library, key in
  guard let editor = editor(library), let key else { return 0 }
  return editor.readKey(into: key)
}
