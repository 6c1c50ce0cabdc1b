// Fields that stand in tables: each name once, each with its meaning and a value.
import Interpreter
import Laboratory
import Language
import Testing
import Workbench

@Suite struct FieldTableTests {
  /// How the object is made; the values themselves stand in Programs/Laboratory.
  @Test(arguments: [
    "train(attach(net, lora(r=2)), drift, steps=2, probe_every=1, precision=bf16)",
    "compare(net, drift, [lora(r=2), lora(r=4)], lr=[0.01, 0.1], seeds=2, steps=2)",
    "tune(net, drift, lora(r=2), seeds=1, steps=2, attempts=2, transfer=[4])",
  ])
  func everyFieldHasAValue(_ code: String) throws {
    let session = Session()
    let cell = "net = mlp([4, 4, 4])\ndrift = teacher(net)\nx = \(code)"
    #expect(session.execute(Source(cell)) { _ in }.diagnostic == nil)
    guard case .object(let object)? = session.scope.value("x") else {
      Issue.record("\(code) makes no object")
      return
    }
    let names = object.fields.map(\.name)
    #expect(!names.isEmpty && Set(names).count == names.count)
    for (name, meaning) in object.fields {
      _ = try #require(try object.field(name, in: session), "\(name)")
      #expect(!meaning.isEmpty, "\(name)")
    }
    let unknown = try object.field("nothing", in: session)
    #expect(unknown.map(\.code) == nil)
  }
}
