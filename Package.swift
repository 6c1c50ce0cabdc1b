// swift-tools-version: 6.2
// The package: a pure core of small modules that import in one direction, and a thin executable around it.
// SPDX-License-Identifier: Apache-2.0
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

/// A checked build, with RANKLAB_CHECKED=1: bounds are looked at wherever memory is used through naked pointers. Of the
/// tests it has those that such memory matters to.
let isChecked = ProcessInfo.processInfo.environment["RANKLAB_CHECKED"] == "1"
let checkedTests: Set = ["KernelsTests", "ModelsTests", "TrainingTests", "BreakTests"]

/// A build in which libFuzzer sees what inputs reach: `scripts/break guided` passes the flags.
let isGuided = ProcessInfo.processInfo.environment["RANKLAB_FUZZER"] == "1"

/// An import is seen by its own file alone, `package import` where a declaration for other modules names what it brings;
/// and a member can be used only where its module is imported.
let strict: [SwiftSetting] =
  ["ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility"].map { .enableUpcomingFeature($0) }
  + (isChecked ? [.define("CHECKED")] : [])

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
    // Command-line arguments, `--help`, exit codes, completions and the manual page of the executable. The version is
    // exact in place of a Package.resolved, whose commits differ between mirrors.
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    // Text for people: widths, numbers, quotes, near names, colours.
    module("Text"),
    // libedit's variadic functions, and signal handlers, which Swift cannot write.
    .target(name: "CEditLine", linkerSettings: [.linkedLibrary("edit")]),
    // The prompt's line editor: cells of many lines, history, completion, paste, interrupts.
    module("LineEditor", ["CEditLine", "Text"]),
    // Whether work is to stop, as a value.
    module("Signals"),
    // The few instructions that Swift has no name for.
    .target(name: "CVector"),
    // Memory that threads share, and the threads.
    module("Storage", ["Signals"]),
    // Arithmetic on floats, compiled for one CPU: products, attention, optimisers, random numbers.
    .target(
      name: "Kernels", dependencies: ["CVector", "Signals"],
      swiftSettings: strict + [.define(instructionSet()), .unsafeFlags(["-Xcc", "-march=\(cpu)"])]),
    // Exchanging two names in one step, which Swift has no name for; a handler of SIGBUS, for mapped files that are cut.
    .target(name: "CFiles"),
    // The safetensors container, and files and folders that are replaced whole.
    module("TensorFile", ["CFiles", "Fields", "Signals", "Text"]),
    // Literals and kinds: what the tables of options and fields are written in.
    module("Fields"),
    // What an adapter is: its configuration with the table of fields, its scaling rule, and which module gets which part.
    module("Adapters", ["Fields", "Kernels", "Signals", "Storage", "Text"]),
    // Weights, and the plan of a step on them.
    module("Models", ["Adapters", "Fields", "Kernels", "Signals", "Storage"]),
    // Data, the loop, and what a run leaves behind.
    module("Training", ["Models", "Adapters", "Fields", "Kernels", "Signals", "Storage", "Text"]),
    // Many runs beside each other, theory beside them, and lint.
    module(
      "Analysis", ["Training", "Models", "Adapters", "Fields", "Kernels", "Signals", "Storage", "Text"]),
    // Files and scripts of other programs: PEFT's, transformers', tokenizers', TRL's.
    module(
      "Interchange",
      ["Training", "Models", "Adapters", "Fields", "Kernels", "Signals", "Storage", "TensorFile", "Text"]),
    // Text to syntax trees and error messages; knows no command.
    module("Language", ["Fields", "Text"]),
    // Tables, charts and pages as text for a terminal, or as SVG.
    module("Display", ["Signals", "Text"]),
    // Values, commands as a type, the evaluator, completion and help: knows nothing of LoRA.
    module("Interpreter", ["Language", "Display", "Fields", "Signals", "Text"]),
    // Models, adapters, runs and grids as values: how they show themselves, are saved, and are made.
    module(
      "Laboratory",
      [
        "Interpreter", "Analysis", "Interchange", "Language", "Display", "Training", "Models", "Adapters",
        "Fields", "Kernels", "Signals", "Storage", "TensorFile", "Text",
      ]),
    // The table of commands, Python's face, lint of files, and the sentences of errors.
    module(
      "Workbench",
      [
        "Laboratory", "Interpreter", "Analysis", "Interchange", "Language", "Display", "Training", "Models",
        "Adapters", "Fields", "Kernels", "Signals", "Storage", "TensorFile", "Text",
      ]),
    // Markdown notebooks: run them, check them against their written outputs.
    module("Notebook", ["Interpreter", "Language", "Display", "Text"]),
    // The program: the only target that prints, and knows arguments, terminal, clock and environment.
    .executableTarget(
      name: "ranklab",
      dependencies: [
        "Notebook", "Workbench", "Laboratory", "Interpreter", "Language", "Display", "LineEditor", "Kernels",
        "Signals", "Storage", "TensorFile", "Text",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // The side of `scripts/bench` that is ours.
    .executableTarget(
      name: "ranklab-bench",
      dependencies: [
        "Workbench", "Interpreter", "Language", "Interchange", "Training", "Models", "Adapters", "Kernels",
        "Signals", "Storage", "TensorFile",
      ],
      path: "Benchmarks/Server", swiftSettings: strict + [.unsafeFlags(["-Xcc", "-march=\(cpu)"])]),

    // Commands and objects that stand in for models and runs, so that the language is tested without either.
    .target(
      name: "InterpreterSupport", dependencies: ["Interpreter", "Language", "Display"],
      path: "Tests/InterpreterSupport", swiftSettings: strict),
    // What tests share: a terminal of their own, and expected texts.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    // Reference values made by PyTorch and PEFT.
    .target(
      name: "ReferenceSupport", dependencies: ["TensorFile"], path: "Tests/ReferenceSupport",
      swiftSettings: strict),
    // The parts of `scripts/break`: programs, damaged files, kills, keys.
    .target(
      name: "BreakSupport",
      dependencies: [
        "Notebook", "Workbench", "Laboratory", "Interpreter", "Analysis", "Interchange", "Language",
        "Display",
        "Models", "Adapters", "Fields", "Kernels", "Signals", "Storage", "TensorFile", "Text",
        "InterpreterSupport", "TestSupport",
      ],
      path: "Tests/BreakSupport", swiftSettings: strict
    ),
    // The program of `scripts/break`.
    .executableTarget(
      name: "ranklab-break",
      dependencies: [
        "BreakSupport", "TestSupport", "TensorFile",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Break", swiftSettings: strict + (isGuided ? [.define("FUZZER")] : [])),
    // A prompt of a small language, for the line editor's tests.
    .executableTarget(
      name: "editor-demo", dependencies: ["LineEditor", "Text"], path: "Tests/EditorDemo",
      swiftSettings: strict),

    // Tests, a target for each module; of the files they read in place see `tests`.
    tests("Text"),
    tests("LineEditor", ["TestSupport", "editor-demo"], texts: ["Expected"]),
    tests("Kernels", ["Storage", "ReferenceSupport"]),
    tests("TensorFile", ["TestSupport"]),
    // Short runs of `scripts/break`, in every run of the tests.
    .testTarget(
      name: "BreakTests", dependencies: ["BreakSupport", "TestSupport", "ranklab", "ranklab-break"],
      swiftSettings: strict),
    tests("Adapters", ["Fields", "Kernels", "Signals", "Storage", "Text"]),
    tests("Models", ["Adapters", "Kernels", "Signals", "Storage", "ReferenceSupport"]),
    tests("Training", ["Models", "Adapters", "Fields", "Kernels", "Signals", "Storage", "ReferenceSupport"]),
    tests(
      "Analysis",
      [
        "Training", "Models", "Adapters", "Fields", "Kernels", "Signals", "Storage", "Text",
        "ReferenceSupport",
      ]),
    tests(
      "Interchange",
      [
        "Training", "Models", "Adapters", "Kernels", "Signals", "Storage", "TensorFile", "ReferenceSupport",
        "TestSupport",
      ],
      texts: ["Expected"]),
    tests("Language", ["Fields", "Text", "TestSupport"], texts: ["Diagnostics", "Grammar"]),
    tests("Display", ["Text", "TestSupport"], texts: ["Expected"]),
    tests("Interpreter", ["Language", "Display", "Signals", "Text", "InterpreterSupport"]),
    tests(
      "Workbench",
      [
        "Laboratory", "Interpreter", "Analysis", "Language", "Display", "Signals", "Text",
        "InterpreterSupport",
        "TestSupport",
      ],
      texts: ["Fixes", "Lint", "Mistakes", "Programs"]),
    tests(
      "Notebook", ["Workbench", "Interpreter", "Language", "Display", "Signals", "Text", "TestSupport"],
      texts: ["Values"]),
    // The program as a user runs it, on a terminal and in pipes; and the rules of the code.
    .testTarget(
      name: "EndToEndTests", dependencies: ["ranklab", "TestSupport", "Text"],
      exclude: ["Expected", "bits.rank", "session.rank"],
      swiftSettings: strict),
  ]
)

if isChecked {
  package.targets.removeAll {
    $0.type == .test && !checkedTests.contains($0.name) || $0.name == "ranklab-bench"
  }
}
