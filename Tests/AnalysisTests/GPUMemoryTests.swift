// The arithmetic of a run's memory on a card, against published parameter counts and published measurements.
import Analysis
import ReferenceSupport
import Testing

@Suite struct GPUMemoryTests {
  private static let attention: [PublicShape.Module] = [.q, .k, .v, .o]

  /// Parameters that the models' cards and files state.
  private static let published: [String: Int] = [
    "llama-2-7b": 6_738_415_616, "llama-2-13b": 13_015_864_320, "llama-2-70b": 68_976_648_192,
    "llama-3-8b": 8_030_261_248, "llama-3.1-8b": 8_030_261_248, "llama-3.1-70b": 70_553_706_496,
    "llama-3.2-1b": 1_235_814_400, "llama-3.2-3b": 3_212_749_824, "tinyllama-1.1b": 1_100_048_384,
    "mistral-7b": 7_241_732_096, "mistral-7b-v0.3": 7_248_023_552, "qwen2.5-0.5b": 494_032_768,
    "qwen2.5-1.5b": 1_543_714_304, "qwen2.5-3b": 3_085_938_688, "qwen2.5-7b": 7_615_616_512,
    "qwen2.5-14b": 14_770_033_664, "qwen2.5-32b": 32_763_876_352, "qwen3-0.6b": 596_049_920,
    "qwen3-1.7b": 1_720_574_976, "qwen3-4b": 4_022_468_096, "qwen3-8b": 8_190_735_360,
    "qwen3-14b": 14_768_307_200, "gemma-2-2b": 2_614_341_888, "gemma-2-9b": 9_241_705_984,
    "gemma-3-1b": 999_885_952, "phi-3-mini": 3_821_079_552, "phi-4": 14_659_507_200,
    "smollm-135m": 134_515_008, "smollm-360m": 361_821_120, "smollm-1.7b": 1_711_376_384,
    "smollm2-135m": 134_515_008, "smollm2-360m": 361_821_120, "smollm2-1.7b": 1_711_376_384,
  ]

  @Test func shapesHaveThePublishedParameters() {
    #expect(Set(PublicShape.all.map(\.name)) == Set(Self.published.keys))
    for shape in PublicShape.all { #expect(shape.parameters == Self.published[shape.name], "\(shape.name)") }
  }

  @Test func namesOfRepositoriesAreKnown() {
    let names = [
      ("meta-llama/Llama-2-7b-hf", "llama-2-7b"), ("unsloth/llama-2-7b", "llama-2-7b"),
      ("unsloth/llama-3-8b-bnb-4bit", "llama-3-8b"), ("meta-llama/Meta-Llama-3-8B-Instruct", "llama-3-8b"),
      ("mistralai/Mistral-7B-Instruct-v0.3", "mistral-7b-v0.3"), ("mistralai/Mistral-7B-v0.1", "mistral-7b"),
      ("Qwen/Qwen2.5-1.5B-Instruct", "qwen2.5-1.5b"), ("google/gemma-2-9b-it", "gemma-2-9b"),
      ("microsoft/Phi-3-mini-4k-instruct", "phi-3-mini"), ("HuggingFaceTB/SmolLM2-135M", "smollm2-135m"),
    ]
    for (name, short) in names { #expect(PublicShape.named(name)?.name == short, "\(name)") }
    for name in ["", "gpt-5", "llama-2", "microsoft/Phi-3.5-mini-instruct", "x/y/"] {
      #expect(PublicShape.named(name) == nil, "\(name)")
    }
    #expect(GPU.named("T4")?.name == "t4" && GPU.named("t5") == nil)
    #expect(Set(GPU.all.map(\.name)).count == GPU.all.count)
  }

  private func run(_ row: [String: Any], rank: Int? = nil, context: Int? = nil, eager: Bool? = nil) throws
    -> GPURun
  {
    let name = try #require(row["model"] as? String)
    return GPURun(
      shape: try #require(PublicShape.named(name)), rank: try #require(rank ?? (row["rank"] as? Int)),
      targets: Self.attention,
      base: try #require(GPURun.Base(rawValue: row["base"] as? String ?? "nf4")), checkpointing: .layers,
      batch: try #require(row["batch"] as? Int), context: try #require(context ?? (row["context"] as? Int)),
      isEager: try #require(eager ?? (row["eager"] as? Bool)))
  }

  @Test func peaksAreThoseMeasuredOnAT4() throws {
    let rows = try #require(Fixture.json("gpu-memory")["measured"] as? [[String: Any]])
    #expect(rows.count == 22)
    var largest = 0.0
    for row in rows {
      let predicted = GPUMemory(try run(row)).peak / 1_048_576
      let measured = try #require((row["peak"] as? Double) ?? (row["peak"] as? Int).map(Double.init))
      let error = predicted / measured - 1
      print("\(row["model"] ?? "") \(row["batch"] ?? "") × \(row["context"] ?? ""): \(100 * error) %")
      largest = max(largest, abs(error))
    }
    #expect(largest < 0.04)
  }

  /// Where a step ran out of memory the arithmetic does not say that it fits; where it says that it does not fit, it did
  /// not.
  @Test func verdictsAreThoseOfAT4() throws {
    let card = try #require(GPU.named("t4"))
    let rows = try #require(Fixture.json("gpu-memory")["verdicts"] as? [[String: Any]])
    #expect(rows.count == 10)
    for row in rows {
      let fit = GPUMemory(try run(row, rank: 16, context: 1024, eager: false)).fit(on: card)
      let completed = try #require(row["completed"] as? Bool)
      print("\(row["model"] ?? "") × \(row["batch"] ?? ""): \(fit), completed \(completed)")
      #expect(completed ? fit != .doesNotFit : fit != .fits)
    }
  }

  @Test func longestContextsAreThoseOfUnsloth() throws {
    let shape = try #require(PublicShape.named("llama-3.1-8b"))
    let rows = try #require(Fixture.json("gpu-memory")["contexts"] as? [[String: Any]])
    for row in rows {
      let capacity = Double(try #require(row["gigabytes"] as? Int)) * 1_073_741_824
      for (key, checkpointing) in [("unsloth", GPURun.Checkpointing.unsloth), ("transformers", .layers)] {
        guard let context = row[key] as? Int else { continue }
        let run = GPURun(
          shape: shape, rank: 32, targets: PublicShape.Module.allCases, base: .nf4,
          checkpointing: checkpointing, batch: 1, context: context)
        let error = (GPUMemory(run).peak + GPUMemory.driverBytes) / capacity - 1
        print("\(capacity / 1_073_741_824) GB, \(key), \(context) tokens: \(100 * error) %")
        #expect(abs(error) < 0.1)
      }
    }
  }

  @Test func theMostThatFitsIsTheLast() throws {
    let card = try #require(GPU.named("t4"))
    let shape = try #require(PublicShape.named("llama-2-7b"))
    let run = GPURun(
      shape: shape, rank: 64, targets: PublicShape.Module.allCases, base: .doubleNF4, checkpointing: .unsloth,
      batch: 1, context: 2048)
    for setting in [\GPURun.rank, \.batch, \.context] {
      let most = try #require(GPUMemory.largest(run, on: card, most: 1 << 20, setting: setting))
      var (last, next) = (run, run)
      last[keyPath: setting] = most
      next[keyPath: setting] = most + 1
      #expect(GPUMemory(last).fit(on: card) == .fits && GPUMemory(next).fit(on: card) != .fits)
    }
    var half = run
    half.base = .half
    half.checkpointing = .off
    #expect(GPUMemory(half).fit(on: card) == .doesNotFit)
    #expect(GPUMemory.largest(half, on: card, most: 4096, setting: \.rank) == nil)
    // The terms of each part are the peak.
    let memory = GPUMemory(run)
    #expect(abs(GPUMemory.Term.Part.allCases.reduce(0) { $0 + memory.bytes(of: $1) } - memory.peak) < 1)
  }
}
