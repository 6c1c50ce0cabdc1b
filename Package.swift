// swift-tools-version: 6.0
// The package: a pure core of small modules that import in one direction, and a thin executable around it.
import Foundation
import PackageDescription

/// The instruction set that the kernels are compiled for: a name that `clang -march` knows.
let cpu = ProcessInfo.processInfo.environment["RANKLAB_CPU"] ?? "native"

/// What the kernels say of themselves, so that the program can refuse a CPU that they do not run on.
func instructionSet() -> String {
  if cpu == "x86-64-v3" { return "KERNELS_AVX2" }
  if cpu == "x86-64-v4" { return "KERNELS_AVX512" }
  let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  if cpu != "native" { return "KERNELS_BASE" }
  if flags.contains("avx512vl") { return "KERNELS_AVX512" }
  return flags.contains("avx2") ? "KERNELS_AVX2" : "KERNELS_BASE"
}

let strict: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// Tests of a module; `texts` are folders of expectations, read in place.
func tests(_ module: String, _ dependencies: [Target.Dependency] = [], texts: [String] = []) -> Target {
  .testTarget(
    name: module + "Tests", dependencies: [.byName(name: module)] + dependencies, exclude: texts,
    swiftSettings: strict)
}

let package = Package(
  name: "ranklab",
  products: [.executable(name: "ranklab", targets: ["ranklab"])],
  dependencies: [
    // Command-line arguments, `--help` and exit codes of the executable.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "CEditLine", linkerSettings: [.linkedLibrary("edit")]),
    module("LineEditor", ["CEditLine"]),
    // The few instructions that Swift has no name for.
    .target(name: "CVector"),
    .target(
      name: "Kernels", dependencies: ["CVector"],
      swiftSettings: strict + [.define(instructionSet()), .unsafeFlags(["-Xcc", "-march=\(cpu)"])]),
    module("TensorFile"),
    module("Adapters", ["Kernels"]),
    module("Models", ["Adapters", "Kernels"]),
    module("Training", ["Models", "Adapters", "Kernels"]),
    module("Analysis", ["Training", "Models", "Adapters", "Kernels"]),
    module("Interchange", ["Training", "Models", "Adapters", "Kernels", "TensorFile"]),
    module("Language"),
    module("Display"),
    module(
      "Workbench",
      [
        "Analysis", "Interchange", "Language", "Display", "Training", "Models", "Adapters",
        "Kernels", "TensorFile",
      ]),
    module("Notebook", ["Workbench", "Language", "Display"]),
    .executableTarget(
      name: "ranklab",
      dependencies: [
        "Notebook", "Workbench", "Language", "Display", "LineEditor", "Kernels",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // The side of `scripts/bench` that is ours.
    .executableTarget(
      name: "ranklab-bench",
      dependencies: [
        "Workbench", "Language", "Interchange", "Training", "Models", "Adapters", "Kernels", "TensorFile",
      ],
      path: "Benchmarks/Server", swiftSettings: strict + [.unsafeFlags(["-Xcc", "-march=\(cpu)"])]),

    // What tests share: a terminal of their own, expected texts, reference values made by PyTorch.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "ReferenceSupport", dependencies: ["TensorFile"], path: "Tests/ReferenceSupport",
      swiftSettings: strict),
    // Damaged input for the readers of files; `scripts/fuzz` runs it.
    .target(
      name: "FuzzSupport",
      dependencies: [
        "Workbench", "Analysis", "Interchange", "Language", "Display", "Models", "Adapters", "TensorFile",
      ],
      path: "Tests/FuzzSupport", swiftSettings: strict),
    .executableTarget(
      name: "ranklab-fuzz",
      dependencies: [
        "FuzzSupport", "TensorFile", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz", swiftSettings: strict),
    .executableTarget(
      name: "editor-demo", dependencies: ["LineEditor"], path: "Tests/EditorDemo", swiftSettings: strict),
    tests("LineEditor", ["TestSupport", "editor-demo"], texts: ["Expected"]),
    tests("Kernels", ["ReferenceSupport"]),
    tests("TensorFile", ["FuzzSupport"]),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzSupport"], swiftSettings: strict),
    tests("Adapters", ["Kernels"]),
    tests("Models", ["Adapters", "Kernels", "ReferenceSupport"]),
    tests("Training", ["Models", "Adapters", "Kernels", "ReferenceSupport"]),
    tests("Analysis", ["Training", "Models", "Adapters", "Kernels"]),
    tests(
      "Interchange",
      ["Training", "Models", "Adapters", "Kernels", "TensorFile", "ReferenceSupport", "TestSupport"],
      texts: ["Expected"]),
    tests("Language", ["TestSupport"], texts: ["Diagnostics", "Grammar"]),
    tests("Display", ["TestSupport"], texts: ["Expected"]),
    tests(
      "Workbench", ["Analysis", "Language", "Display", "TestSupport"],
      texts: ["Fixes", "Lint", "Mistakes", "Programs"]),
    tests("Notebook", ["Workbench", "Language", "Display", "TestSupport"], texts: ["Values"]),
    .testTarget(
      name: "EndToEndTests", dependencies: ["ranklab", "TestSupport"],
      exclude: ["Expected", "bits.rank", "session.rank"],
      swiftSettings: strict),
  ]
)
