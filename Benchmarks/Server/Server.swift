// One side of the benchmark: reads a request a line, answers with a line of JSON. `bench.py` asks it and its peers in turn.
//
//   peak SECONDS                        floating-point operations a second of the multiply-add unit
//   product FORM M N K SECONDS          seconds of one matrix product
//   workload NAME THREADS STEPS         milliseconds of a training step
//   losses NAME STEPS                   losses from the exported weights and batches
//   export NAME STEPS FOLDER            writes weights and batches for the peer
//   completion MODULES REQUESTS         milliseconds of answers to a Tab, at several places of a cell
//   load FOLDER TOKENS                  seconds of loading a model and of one forward pass
//   train FOLDER TOKENS                 bytes in memory after one training step of a model
//   perceptron RUNS THREADS             seconds of the perceptron's runs, data included
import Foundation
import Kernels
import Storage

@main
struct Server {
  static func main() {
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      do {
        print(try answer(words))
      } catch {
        print("{\"error\": \"\(error)\"}")
      }
      fflush(nil)
    }
  }

  enum BadRequest: Error { case words([String]) }

  private static func answer(_ words: [String]) throws -> String {
    func number(_ i: Int) throws -> Double {
      guard i < words.count, let value = Double(words[i]) else { throw BadRequest.words(words) }
      return value
    }
    func whole(_ i: Int) throws -> Int { Int(try number(i)) }
    switch words.first {
    case "peak":
      return "{\"value\": \(multiplyAddPeak(seconds: try number(1)))}"
    case "product":
      guard words.count == 6, let form = ["nn": ProductForm.nn, "nt": .nt, "tn": .tn][words[1]] else {
        throw BadRequest.words(words)
      }
      let seconds = productSeconds(form, try whole(2), try whole(3), try whole(4), seconds: try number(5))
      return "{\"value\": \(seconds)}"
    case "workload":
      let step = try Workload.named(words[1]).medianStepSeconds(threads: try whole(2), steps: try whole(3))
      return "{\"value\": \(step * 1000)}"
    case "losses":
      let losses = try Workload.named(words[1]).losses(steps: try whole(2))
      return "{\"losses\": [\(losses.map { "\($0)" }.joined(separator: ", "))]}"
    case "export":
      try Workload.named(words[1]).export(steps: try whole(2), folder: words[3])
      return "{}"
    case "completion":
      return try CompletionTimes.measured(modules: try whole(1), requests: try whole(2))
    case "load":
      guard words.count == 3 else { throw BadRequest.words(words) }
      return try LargeModel.load(words[1], tokens: try whole(2))
    case "train":
      guard words.count == 3 else { throw BadRequest.words(words) }
      return try LargeModel.train(words[1], tokens: try whole(2))
    case "perceptron":
      return "{\"value\": \(try Perceptron.seconds(runs: try whole(1), threads: try whole(2)))}"
    default:
      throw BadRequest.words(words)
    }
  }

  /// Seconds of one product: the best of the batches that fit into the time, as the caller takes medians of rounds.
  private static func productSeconds(_ form: ProductForm, _ M: Int, _ N: Int, _ K: Int, seconds: Double)
    -> Double
  {
    let a = Buffer((0..<M * K).map { Float($0 % 17) * 0.01 })
    let b = Buffer((0..<K * N).map { Float($0 % 13) * 0.01 })
    let c = Buffer(count: M * N)
    let scratch = Buffer(count: productScratchCount(form, columns: N, depth: K))
    return best(seconds) {
      matrixProduct(
        form, rows: M, columns: N, depth: K, a: a.pointer, b: b.pointer, c: c.pointer,
        scratch: scratch.pointer)
    }
  }
}

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The least mean time of a call over batches of about ten milliseconds.
func best(_ seconds: Double, _ body: () -> Void) -> Double {
  body()
  var count = 1
  var least = Double.infinity
  let end = now() + seconds
  repeat {
    let start = now()
    for _ in 0..<count { body() }
    let elapsed = now() - start
    least = min(least, elapsed / Double(count))
    if elapsed < 0.01 { count *= 2 }
  } while now() < end
  return least
}
