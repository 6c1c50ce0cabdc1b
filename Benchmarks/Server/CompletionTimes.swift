// How long the answer to a Tab takes with a large model in scope.
import Foundation
import Interpreter
import Language
import Workbench

enum CompletionTimes {
  /// A place in a cell, its end being the cursor.
  static let places = [
    (name: "statement", text: ""),
    (name: "label", text: "train(large, task, "),
    (name: "value", text: "train(large, task, schedule="),
    (name: "target", text: "attach(large, lora(targets=[\""),
    (name: "target begun", text: "attach(large, lora(targets=[\"model.layers.1"),
    (name: "pattern key", text: "attach(large, lora(rank_pattern={\"q"),
    (name: "field", text: "large."),
    (name: "long cell", text: String(repeating: "x = mean([1, 2, 3]) # a line\n", count: 500) + "plot "),
  ]

  /// Milliseconds at each place: the median and the most of some requests, at least one, with a model of so many modules or
  /// just above, and a hundred other names.
  static func measured(modules: Int, requests: Int) throws -> String {
    let session = Session()
    let layers = (modules - 1 + 6) / 7
    let setup = """
      large = transformer(layers=\(layers), width=4, heads=1, ff=4, vocab=4)
      task = language(1)
      def f(a, b=1) { return a }
      """
    let names = (0..<100).map { "name_\($0) = range(\($0))" }.joined(separator: "\n")
    let result = session.execute(Source(setup + "\n" + names)) { _ in }
    if let diagnostic = result.diagnostic { throw Failed(message: diagnostic.rendered(unicode: false)) }
    let count = session.complete("attach(large, lora(targets=[\"", cursor: 29).candidates.count
    let rows = places.map { place in
      let cursor = place.text.utf8.count
      _ = session.complete(place.text, cursor: cursor)
      var times: [Double] = []
      var processor: [Double] = []
      for _ in 0..<requests {
        let start = (now(), processorTime())
        _ = session.complete(place.text, cursor: cursor)
        times.append((now() - start.0) * 1000)
        processor.append((processorTime() - start.1) * 1000)
      }
      return "{\"name\": \"\(place.name)\", \"median\": \(times.sorted()[requests / 2]), "
        + "\"most\": \(times.max() ?? 0), \"most processor time\": \(processor.max() ?? 0)}"
    }
    return "{\"candidates\": \(count), \"places\": [\(rows.joined(separator: ", "))]}"
  }

  /// Seconds of the processor that this thread had: what a busy machine does beside it does not count.
  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  struct Failed: Error { var message: String }
}
