// Reading and writing that the user stops: nothing half-made is returned, and what stood there stands there.
import Adapters
import Foundation
import Interchange
import Models
import Signals
import Synchronization
import TensorFile
import TestSupport
import Testing
import Training

@Suite struct InterruptionTests {
  /// Asked at the look behind so many.
  private static func stop(after looks: Int) -> StopSignal {
    let left = Counter(looks)
    return StopSignal { left.isOver() }
  }

  private final class Counter: Sendable {
    private let left: Atomic<Int>

    init(_ count: Int) { left = Atomic(count) }

    func isOver() -> Bool { left.subtract(1, ordering: .relaxed).oldValue <= 0 }
  }

  private static var base: Model {
    let shape = TransformerShape(
      layers: 1, width: 16, heads: 2, keyHeads: 1, feedForward: 24, context: 6, vocabulary: 256)
    return Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t")
  }

  private static func model() throws -> Model { try base.attached(LoRAConfiguration(rank: 2)) }

  private static func content(_ folder: TemporaryFolder) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in FileManager.default.enumerator(atPath: folder.path)?.compactMap({ $0 as? String }) ?? [] {
      files[name] = FileManager.default.contents(atPath: "\(folder.path)/\(name)") ?? Data()
    }
    return files
  }

  /// Does it once, and then over again with a stop behind each look in turn, until one run comes to its end.
  private static func everyStop(in folder: TemporaryFolder, _ body: (StopSignal) throws -> Void) throws -> Int
  {
    try body(.never)
    let before = try content(folder)
    #expect(!before.isEmpty)
    for looks in 0..<1000 {
      do {
        try body(stop(after: looks))
        return looks
      } catch is Interruption {
        #expect(try content(folder) == before, "stopped behind look \(looks)")
      }
    }
    return 1000
  }

  @Test func anAdapterIsWrittenWholeOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    let model = try Self.model()
    let adapter = try #require(model.adapter)
    let looks = try Self.everyStop(in: folder) {
      try AdapterFolder.save(
        adapter.layout, parameters: adapter.parameters, rule: .lora, architecture: model.architecture,
        baseModel: nil, to: "a", at: "\(folder.path)/a", stop: $0)
    }
    // Each of the tensors is gathered, and written in a part.
    #expect(looks >= 2 * adapter.layout.sites.count && looks < 1000)
  }

  @Test func anExportIsWrittenWholeOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    let export = try TrainingExport(
      Self.model(), rule: .lora, rows: .batches(MarkovLanguage(seed: 1, shift: 0, vocabulary: 256)),
      settings: TrainingSettings(steps: 20, learningRate: 1e-3, batch: 2), form: .trl, base: .beside,
      stem: "train")
    let looks = try Self.everyStop(in: folder) {
      try export.write(in: folder.path, overwrite: true, stop: $0)
    }
    // Among them one for each of the steps, whose rows are written.
    #expect(looks > 20 && looks < 1000)
  }

  @Test func linesAreReadUntilAStop() throws {
    let text = String(repeating: "{\"text\": \"abc\"}\n\n", count: 10)
    for looks in 0..<10 {
      #expect(throws: Interruption.self) {
        try ExampleFile(
          text, path: "", tokenizer: nil, format: .plain, stop: Self.stop(after: looks))
      }
    }
    let whole = try ExampleFile(text, path: "", tokenizer: nil, format: .plain, stop: Self.stop(after: 10))
    #expect(whole.rows.count == 10)
  }

  /// A text and rows are told apart by their tokens, and a long one is left where the user stops it.
  @Test func fingerprintsStop() throws {
    func fingerprint(_ text: String, _ stop: StopSignal = .never) throws -> UInt64 {
      try TextCorpus(text, path: "", level: .byte, heldOut: 0.1).fingerprint(stop)
    }
    #expect(try fingerprint("abcd") == fingerprint("abcd") && fingerprint("abcd") != fingerprint("abdc"))
    let long = String(repeating: "a", count: 1 << 20)
    #expect(throws: Interruption.self) { try fingerprint(long, Self.stop(after: 0)) }
    func rows(_ text: String, _ stop: StopSignal = .never) throws -> UInt64 {
      let rows = try ExampleFile(text, path: "", tokenizer: nil, format: .plain).rows
      return try RowCorpus(rows, path: "", call: "", vocabulary: 256, heldOut: 0.5).fingerprint(stop)
    }
    let one = try rows("{\"prompt\": \"ab\", \"completion\": \"c\"}")
    #expect(try one == rows("{\"prompt\": \"ab\", \"completion\": \"c\"}"))
    // What is learnt counts, and where a row ends.
    #expect(try one != rows("{\"prompt\": \"a\", \"completion\": \"bc\"}"))
    #expect(
      try rows("{\"text\": \"ab\"}\n{\"text\": \"c\"}") != rows("{\"text\": \"a\"}\n{\"text\": \"bc\"}"))
    #expect(throws: Interruption.self) {
      try rows("{\"text\": \"\(long)\"}", Self.stop(after: 0))
    }
  }

  /// An adapter is laid out a module at a time.
  @Test func layoutsStop() throws {
    for looks in 0..<Self.base.base.linearModules.count {
      #expect(throws: Interruption.self) {
        try Self.base.attached(LoRAConfiguration(rank: 1), stop: Self.stop(after: looks))
      }
    }
  }
}
