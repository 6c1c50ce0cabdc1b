// From the start to the prompt: the user's own cells, then a script, then the keys.
import ArgumentParser
import Foundation
import Interpreter
import Language
import LineEditor
import Text

extension HostProcess {
  /// Runs something first, where there is something, and goes on at a prompt where that is asked for or nothing
  /// came first. Off a terminal there is no prompt, and the exit code is that of what ran.
  ///
  /// What fails is no reason to leave: its names are there to look at.
  func run(_ options: PromptOptions, first: ((Session) -> Outcome)?) -> Outcome {
    let session = session()
    let hasPrompt = isInteractive && (options.staysInteractive || first == nil)
    if hasPrompt {
      console.writeLine(
        TerminalText("ranklab \(RankLab.configuration.version): `help` says what there is, `quit` leaves"))
      if !options.noRc { runConfiguration(in: session) }
      if session.hasLeft { return .success }
    }
    let outcome = first?(session) ?? .success
    guard hasPrompt, !outcome.isEnding, !session.hasLeft else { return outcome }
    return Prompt(self, session).run()
  }

  /// The cells that the user has run before each prompt. An error in them is shown, and the prompt comes.
  private func runConfiguration(in session: Session) {
    guard let path = folder("XDG_CONFIG_HOME", ".config").map({ $0 + "/rc.rank" }),
      FileManager.default.fileExists(atPath: path)
    else { return }
    _ = runFile(InputFile(path), in: session)
  }
}
