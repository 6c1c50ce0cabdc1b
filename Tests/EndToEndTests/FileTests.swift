// What the program does to files: links, limits, folders that are gone, and what others do to them meanwhile.
import Foundation
import TestSupport
import Testing

@Suite struct FileTests {
  private let notebook = "```ranklab\n6 * 7\n```\n\n```out\n41\n```\n"

  private func names(_ bench: Bench, _ folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder.path)/\(folder)")
      .filter { !$0.hasPrefix(".output") && !$0.hasPrefix(".errors") && !$0.hasPrefix(".input") }.sorted()
  }

  /// A script of the shell, in which `$R` is the program.
  private func shell(_ bench: Bench, _ text: String) throws -> Bench.Result {
    try bench.write("R='\(TestProgram.path("ranklab"))'\n" + text, to: "script.sh")
    let terminal = try PseudoTerminal(
      "/bin/bash", ["-c", "bash script.sh >.output 2>.errors </dev/null"], in: bench.place, environment: [:])
    let exit = try terminal.waitForExit()
    return Bench.Result(exit: exit, output: try bench.read(".output"), errors: try bench.read(".errors"))
  }

  @Test func checkFollowsLinksAndKeepsPermissions() throws {
    let bench = try Bench()
    try bench.write(notebook, to: "n.md")
    let path = bench.folder.path
    try FileManager.default.createSymbolicLink(atPath: path + "/l.md", withDestinationPath: "n.md")
    #expect(chmod(path + "/n.md", 0o640) == 0)
    #expect(try bench.run(["check", "--update", "l.md"]).exit == .code(0))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path + "/l.md") == "n.md")
    #expect(try bench.read("n.md") == notebook.replacing("41", with: "42"))
    #expect(
      try FileManager.default.attributesOfItem(atPath: path + "/n.md")[.posixPermissions] as? Int == 0o640)
  }

  /// Somebody edits the notebook while it runs: what was edited stays.
  @Test func checkLeavesWhatWasChangedMeanwhile() throws {
    let bench = try Bench()
    let saving = "```ranklab\nx = 1\n```\n\n```ranklab\nsave(session, \"n.md\", overwrite=True)\n```\n\n"
    try bench.write(saving + notebook, to: "n.md")
    let result = try bench.run(["check", "--update", "n.md"])
    #expect(result.exit == .code(1))
    #expect(
      result.errors
        == "error: `n.md` was changed while its cells ran; it is left as it is, so check it once more\n")
    #expect(try bench.read("n.md").hasPrefix("#!/usr/bin/env"))
  }

  @Test func aWorkingFolderThatIsGone() throws {
    let bench = try Bench()
    let result = try shell(
      bench,
      """
      mkdir gone; cd gone; rmdir ../gone
      "$R" -c 'save(plot([1]), "ranklab-test-gone.svg")'; echo $?
      "$R" run a.rank; echo $?
      "$R" check --update a.md; echo $?
      "$R" lint a.json; echo $?
      """)
    #expect(result.output.lines.filter { !$0.isEmpty } == ["1", "66", "66", "2"])
    let gone = "the folder in which ranklab was started is gone"
    #expect(result.errors.lines.filter { $0.contains(gone) }.count == 4, "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: "/ranklab-test-gone.svg"))
  }

  /// A file that would become too large is an error with a sentence; the folder is as it was.
  @Test func theLimitOfFileSizes() throws {
    let bench = try Bench()
    let result = try shell(
      bench,
      """
      "$R" -c 'net = mlp([2, 2]); save(attach(net, lora(r=1)), "ad")'
      cp -r ad before
      (ulimit -f 1; "$R" -c 'net = mlp([2, 2]); m = attach(net, lora(r=1, alpha=512, scaling=rslora)); save(m, "ad")'; echo $?)
      (ulimit -f 1; "$R" -c 'save(mlp([64, 64]), "big")'; echo $?)
      (ulimit -f 1; "$R" -c 'save(plot([1, 2]), "big.svg")'; echo $?)
      diff -r ad before && echo same
      """)
    #expect(
      result.output.lines.filter { !$0.isEmpty } == ["1", "1", "1", "same"],
      "\(result.output) \(result.errors)")
    let words = result.errors.replacing(/\s+/, with: " ")
    #expect(
      words.contains("the file would become too large") && words.contains("`ad` is as it was; make room"))
    #expect(words.contains("`big` was not made; make room"))
    #expect(try names(bench) == ["ad", "before", "script.sh"])
  }

  /// As an ordinary user, also where the tests run as the super-user.
  @Test func whatCannotBeReadIsNotReplaced() throws {
    let bench = try Bench()
    let result = try shell(
      bench,
      """
      cp "$R" ranklab; chmod 755 ranklab; printf precious > x.rank; chmod 0 x.rank; mkdir x; chmod 0 x
      if [ "$(id -u)" = 0 ]; then
        chown -R 65534:65534 .
        run() { setpriv --reuid=65534 --regid=65534 --clear-groups ./ranklab "$@"; }
      else
        run() { ./ranklab "$@"; }
      fi
      run -c 'save session, "x.rank"'; echo $?
      run -c 'save(attach(mlp([2, 2]), lora(r=1)), "x")'; echo $?
      run -c 'save(mlp([2, 2]), "x")'; echo $?
      chmod 700 x.rank x; cat x.rank; ls x
      """)
    #expect(result.output.lines.filter { !$0.isEmpty } == ["1", "1", "1", "precious"], "\(result.errors)")
    #expect(result.errors.contains("it cannot be read: permission denied"))
  }

  /// One flipped bit among kept weights is said, and they are made anew.
  @Test func theCacheIsHealed() throws {
    let bench = try Bench()
    let script = "net = mlp([8, 8])\nrun = pretrain(net, teacher(net), steps=5)\nrun.loss"
    let first = try bench.run(script: script)
    let name = try #require(try names(bench, "cache/ranklab").first)
    let path = "cache/ranklab/\(name)"
    let good = Array(try Data(contentsOf: bench.folder.appendingPathComponent(path)))
    let header = good[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    for place in [8 + header + 3, good.count - 1] {
      var bytes = good
      bytes[place] ^= 1
      try bench.write(bytes: bytes, to: path)
      let second = try bench.run(script: script)
      #expect(second.output == first.output)
      #expect(second.errors.replacing(/\s+/, with: " ").contains("is not what was kept in it, to the bit"))
      #expect(try Array(Data(contentsOf: bench.folder.appendingPathComponent(path))) == good)
    }
    #expect(try bench.run(script: script).errors.contains("pretrained weights come from the cache"))
  }

  @Test func anExampleWritesIntoAFolderOfItsOwn() throws {
    let bench = try Bench()
    try FileManager.default.createDirectory(
      at: bench.folder.appendingPathComponent("tmp"), withIntermediateDirectories: false)
    for name in ["save", "save", "mean"] {
      let result = try bench.run(
        ["-c", "example \(name)"], environment: ["TMPDIR": bench.folder.path + "/tmp"])
      #expect(result.exit == .code(0))
      if name == "save" {
        #expect(result.output.contains("save(plot([3, 2, 1]), \"chart.svg\")"))
        #expect(
          result.errors.replacing(/\s+/, with: " ")
            .contains("wrote \(bench.folder.path)/tmp/ranklab-example-"))
      }
    }
    let made = try names(bench, "tmp")
    #expect(made.count == 2)
    for name in made { #expect(try names(bench, "tmp/\(name)") == ["chart.svg"]) }
  }

  /// Two grids at once on one file: both are right, each is told of the other, and the file is whole.
  @Test func twoGridsOnOneFile() throws {
    let bench = try Bench()
    let result = try shell(
      bench,
      """
      cell='net = mlp([8, 8]); c = compare(net, teacher(net), [lora(r=2), lora(r=4)], seeds=8, steps=4000, file="c.json"); c.ratio'
      "$R" -c "$cell" >one 2>one.errors &
      while [ ! -e c.json ]; do :; done
      "$R" -c "$cell" >two 2>two.errors
      wait
      "$R" -c "$cell" >three 2>three.errors
      cmp one two && cmp one three && echo same
      """)
    #expect(result.output.contains("same"), "\(result.errors)")
    let told = try bench.read("two.errors").replacing(/\s+/, with: " ")
    #expect(told.contains("another ranklab is at work on `c.json`"), "\(told)")
    #expect(try bench.read("three.errors").contains("16 runs are in c.json already"))
    #expect(try !bench.read("one.errors").contains("another ranklab"))
  }
}
