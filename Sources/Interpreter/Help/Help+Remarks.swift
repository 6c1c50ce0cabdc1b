// What `apropos` says of words that are no command's: what there is in their place, or that there is nothing.

extension Help {
  private static let remarks: [(words: [String], text: String)] = [
    (
      ["undo", "redo", "revert", "rollback"],
      "Nothing is undone. A name can be given another value, and `train` starts again from the adapter as attached."
    ),
    (
      ["notebook", "notebooks", "markdown", "script", "scripts", "tutorial", "tutorials"],
      "Notebooks are Markdown files with cells of this language, scripts are files of it that end in .rank. "
        + "In a shell, `ranklab run FILE` runs either, and `ranklab check FILE.md` compares the outputs of a notebook."
    ),
    (
      ["gpu", "cuda", "mps", "t4", "a100", "h100"],
      "Everything here is computed on the CPU. `export` writes a Python script that trains the adapter elsewhere."
    ),
    (["history"], "Up and Down walk through the cells of this and earlier sessions; Ctrl-R searches them."),
    (["clear", "cls", "screen"], "Ctrl-L clears the screen; `forget` lets go of names."),
    (["cd", "pwd", "folder", "directory"], "Paths count from the folder in which ranklab was started."),
    (
      ["interrupt", "cancel", "abort", "stop"],
      "Ctrl-C stops what runs; a run keeps the steps that it made."
    ),
  ]

  /// The remarks on words, one of which is theirs.
  static func remarks(on words: String) -> [String] {
    let wanted = words.lowercased().split(separator: " ").map(String.init)
    return remarks.filter { remark in wanted.contains(where: remark.words.contains) }.map(\.text)
  }
}
