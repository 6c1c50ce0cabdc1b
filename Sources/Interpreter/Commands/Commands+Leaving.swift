// The commands that leave: the prompt, or the rest of a script.
import Fields

/// What a cell throws that leaves: nothing more of it, or of its script, is run.
struct Leaving: Error {
  /// What the process tells the shell: 0 for success.
  var code: Int
}

package enum LeavingCommands {
  package static let all: [Command] = ["quit", "exit"].map(command)

  private static func command(_ name: String) -> Command {
    Command(
      name, .session,
      [
        Parameter(
          "code", .whole(NumberRange(0, 1)), .number(0), "what a shell is told: 0 for success, 1 for failure")
      ],
      result: "nothing", "Leaves the prompt, as Ctrl-D does; ends a script or notebook.",
      details: "It leaves at once, from within a loop or a function too: nothing behind it is run.",
      example: name, keywords: ["quit", "exit", "leave", "stop", "end", "bye", "close"]
    ) { arguments, _ in throw Leaving(code: arguments.whole("code")) }
  }
}
