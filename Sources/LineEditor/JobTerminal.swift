// The terminal while a job runs.
import CEditLine

/// Terminal modes of a job: keys are not echoed into its output, the interrupt key works, and lines typed
/// meanwhile wait for the next prompt. The interrupt key drops them, as it does in a shell.
package enum JobTerminal {
  /// Begins a job. Nothing happens where standard input is no terminal, or inside another job.
  package static func begin() {
    _ = cel_job_begin()
  }

  /// Ends the job and gives back the modes from before it. Nothing happens outside of a job.
  package static func end() {
    cel_job_end()
  }

  /// Ends the job of a process that is about to exit, and gives back all that the editor has set.
  package static func leave() {
    cel_job_end()
    cel_bracketed_paste(false)
  }

  /// Runs a job between `begin` and `end`.
  package static func run<Result>(_ job: () throws -> Result) rethrows -> Result {
    begin()
    defer { end() }
    return try job()
  }
}
