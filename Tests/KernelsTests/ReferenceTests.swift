// Every differentiable operation against PyTorch's values and gradients.
import Kernels
import ReferenceSupport
import Storage
import Testing

@Suite struct ReferenceTests {
  private let fixture: Fixture
  private let settings: [String: [String: Any]]

  init() throws {
    fixture = try Fixture("operations")
    settings = fixture.json["settings"] as? [String: [String: Any]] ?? [:]
  }

  private func number(_ name: String, _ key: String) throws -> Double {
    try #require(settings[name]?[key] as? Double ?? (settings[name]?[key] as? Int).map(Double.init))
  }

  private func buffer(_ name: String) throws -> Buffer { Buffer(try fixture.floats(name)) }

  private func check(_ name: String, _ buffer: Buffer, within tolerance: Double = 2e-6) throws {
    let difference = largestDifference(buffer.array(), try fixture.floats(name))
    print("\(name): largest difference \(difference)")
    #expect(difference < tolerance, "\(name)")
  }

  @Test(arguments: ["small", "odd"])
  func rmsNorm(_ name: String) throws {
    let shape = try fixture.shape("rms_norm.\(name).x")
    let (rows, columns) = (shape[0], shape[1])
    let x = try buffer("rms_norm.\(name).x")
    let weight = try buffer("rms_norm.\(name).weight")
    let y = Buffer(count: x.count)
    let reciprocal = Buffer(count: rows)
    rmsNormForward(
      rows: rows, columns: columns, x: x.pointer, weight: weight.pointer,
      epsilon: Float(try number("rms_norm.\(name)", "eps")), y: y.pointer, reciprocal: reciprocal.pointer)
    try check("rms_norm.\(name).output", y)
    let dx = Buffer(count: x.count)
    let dw = Buffer(count: columns)
    let dy = try buffer("rms_norm.\(name).grad_output")
    rmsNormBackward(
      rows: rows, columns: columns, x: x.pointer, weight: weight.pointer, reciprocal: reciprocal.pointer,
      dy: dy.pointer, dx: dx.pointer, accumulate: false)
    rmsNormWeightGradient(
      rows: rows, columns: columns, x: x.pointer, reciprocal: reciprocal.pointer, dy: dy.pointer,
      dw: dw.pointer)
    try check("rms_norm.\(name).grad_x", dx, within: 5e-6)
    try check("rms_norm.\(name).grad_weight", dw)
  }

  @Test(arguments: ["small", "long"])
  func rope(_ name: String) throws {
    let shape = try fixture.shape("rope.\(name).x")
    let table = rotaryTable(
      positions: shape[0], headWidth: shape[2], theta: try number("rope.\(name)", "theta"))
    let x = try buffer("rope.\(name).x")
    rotate(
      x.pointer, rows: shape[0], heads: shape[1], headWidth: shape[2], cosine: table.cosine.pointer,
      sine: table.sine.pointer, isBackward: false)
    try check("rope.\(name).output", x)
    let dy = try buffer("rope.\(name).grad_output")
    rotate(
      dy.pointer, rows: shape[0], heads: shape[1], headWidth: shape[2], cosine: table.cosine.pointer,
      sine: table.sine.pointer, isBackward: true)
    try check("rope.\(name).grad_x", dy)
  }

  @Test(arguments: ["grouped", "equal", "one"])
  func attention(_ name: String) throws {
    let qShape = try fixture.shape("attention.\(name).q")
    let kShape = try fixture.shape("attention.\(name).k")
    let shape = AttentionShape(
      positions: qShape[0], heads: qShape[1], keyHeads: kShape[1], headWidth: qShape[2])
    let q = try buffer("attention.\(name).q")
    let k = try buffer("attention.\(name).k")
    let v = try buffer("attention.\(name).v")
    let probabilities = Buffer(count: shape.probabilityCount)
    let scratch = Buffer(count: shape.scratchCount)
    let out = Buffer(count: q.count)
    attentionForward(
      shape, q: q.pointer, k: k.pointer, v: v.pointer, probabilities: probabilities.pointer, out: out.pointer,
      scratch: scratch.pointer)
    try check("attention.\(name).output", out)
    let (dq, dk, dv) = (Buffer(count: q.count), Buffer(count: k.count), Buffer(count: v.count))
    let dout = try buffer("attention.\(name).grad_output")
    attentionBackward(
      shape, q: q.pointer, k: k.pointer, v: v.pointer, probabilities: probabilities.pointer,
      dout: dout.pointer, dq: dq.pointer, dk: dk.pointer, dv: dv.pointer, scratch: scratch.pointer)
    try check("attention.\(name).grad_q", dq)
    try check("attention.\(name).grad_k", dk)
    try check("attention.\(name).grad_v", dv)
  }

  @Test func swiglu() throws {
    let gate = try buffer("swiglu.wide.gate")
    let up = try buffer("swiglu.wide.up")
    let y = Buffer(count: gate.count)
    gatedForward(count: gate.count, gate: gate.pointer, up: up.pointer, y: y.pointer)
    try check("swiglu.wide.output", y)
    let (dgate, dup) = (Buffer(count: gate.count), Buffer(count: gate.count))
    let dy = try buffer("swiglu.wide.grad_output")
    gatedBackward(
      count: gate.count, gate: gate.pointer, up: up.pointer, dy: dy.pointer, gateGradient: dgate.pointer,
      upGradient: dup.pointer)
    try check("swiglu.wide.grad_gate", dgate)
    try check("swiglu.wide.grad_up", dup)
  }

  @Test(arguments: [("relu", Activation.relu), ("gelu_erf", .gelu), ("gelu_tanh", .geluTanh)])
  func activation(_ name: String, _ activation: Activation) throws {
    let x = try buffer("\(name).wide.x")
    let y = Buffer(count: x.count)
    activationForward(activation, count: x.count, x: x.pointer, y: y.pointer)
    try check("\(name).wide.output", y)
    let dx = Buffer(count: x.count)
    let dy = try buffer("\(name).wide.grad_output")
    activationBackward(
      activation, count: x.count, x: x.pointer, dy: dy.pointer, dx: dx.pointer, accumulate: false)
    try check("\(name).wide.grad_x", dx)
  }

  @Test(arguments: ["wide", "ignored"])
  func crossEntropyLoss(_ name: String) throws {
    let shape = try fixture.shape("cross_entropy.\(name).logits")
    let logits = try buffer("cross_entropy.\(name).logits")
    let targets = try fixture.integers("cross_entropy.\(name).targets").map { Int32($0) }
    let counted = targets.count { $0 != ignoredTarget }
    let losses = Buffer(count: shape[0])
    let gradient = Buffer(count: logits.count)
    crossEntropy(
      rows: shape[0], vocabulary: shape[1], logits: logits.pointer, targets: targets, losses: losses.pointer,
      gradient: gradient.pointer, scale: 1 / Float(counted))
    let mean = losses.array().reduce(0, +) / Float(counted)
    #expect(abs(mean - (try fixture.floats("cross_entropy.\(name).output"))[0]) < 2e-6 * max(1, mean))
    try check("cross_entropy.\(name).grad_logits", gradient)
  }

  @Test func halfSquaredError() throws {
    let shape = try fixture.shape("half_mse.small.y")
    let y = try buffer("half_mse.small.y")
    let t = try buffer("half_mse.small.t")
    let losses = Buffer(count: shape[0])
    let gradient = Buffer(count: y.count)
    squaredError(
      rows: shape[0], columns: shape[1], y: y.pointer, target: t.pointer, losses: losses.pointer,
      gradient: gradient.pointer, scale: 1 / Float(y.count))
    let mean = losses.array().reduce(0, +) / Float(y.count)
    #expect(abs(mean - (try fixture.floats("half_mse.small.output"))[0]) < 1e-6)
    try check("half_mse.small.grad_y", gradient)
  }

  @Test func embedding() throws {
    let shape = try fixture.shape("embedding.repeated.table")
    let table = try buffer("embedding.repeated.table")
    let ids = try fixture.integers("embedding.repeated.ids").map { Int32($0) }
    let out = Buffer(count: ids.count * shape[1])
    embeddingForward(rows: ids.count, width: shape[1], tokens: ids, table: table.pointer, out: out.pointer)
    try check("embedding.repeated.output", out)
    let gradient = Buffer(count: table.count)
    let dout = try buffer("embedding.repeated.grad_output")
    embeddingBackward(
      rows: ids.count, width: shape[1], tokens: ids, dout: dout.pointer, tableGradient: gradient.pointer)
    try check("embedding.repeated.grad_table", gradient)
  }

  @Test(arguments: ["plain", "decay"])
  func adamw(_ name: String) throws {
    let p = try buffer("adamw.\(name).initial")
    let gradients = try buffer("adamw.\(name).gradients")
    let expected = try fixture.floats("adamw.\(name).parameters")
    let betas = try #require(settings["adamw.\(name)"]?["betas"] as? [Double])
    let (mean, square) = (Buffer(count: p.count), Buffer(count: p.count))
    for step in 0..<expected.count / p.count {
      AdamWStep(
        learningRate: try number("adamw.\(name)", "lr"), beta1: betas[0], beta2: betas[1],
        epsilon: try number("adamw.\(name)", "eps"), weightDecay: try number("adamw.\(name)", "weight_decay"),
        step: step + 1
      ).apply(
        p.count, parameters: p.pointer, gradient: gradients.pointer + step * p.count, mean: mean.pointer,
        square: square.pointer, gradientScale: 1)
      let difference = largestDifference(
        p.array(), Array(expected[step * p.count..<(step + 1) * p.count]))
      #expect(difference < 1e-6)
    }
  }

  @Test(arguments: ["plain", "momentum"])
  func sgd(_ name: String) throws {
    let p = try buffer("sgd.\(name).initial")
    let gradients = try buffer("sgd.\(name).gradients")
    let expected = try fixture.floats("sgd.\(name).parameters")
    let velocity = Buffer(count: p.count)
    for step in 0..<expected.count / p.count {
      SGDStep(
        learningRate: try number("sgd.\(name)", "lr"), momentum: try number("sgd.\(name)", "momentum"),
        weightDecay: 0
      ).apply(
        p.count, parameters: p.pointer, gradient: gradients.pointer + step * p.count,
        velocity: velocity.pointer, gradientScale: 1)
      let difference = largestDifference(
        p.array(), Array(expected[step * p.count..<(step + 1) * p.count]))
      #expect(difference < 1e-6)
    }
  }

  @Test(arguments: ["above", "below", "zero"])
  func clipping(_ name: String) throws {
    let a = try buffer("clip.\(name).a")
    let b = try buffer("clip.\(name).b")
    let norm = (sumOfSquares(a.pointer, count: a.count) + sumOfSquares(b.pointer, count: b.count))
      .squareRoot()
    #expect(abs(norm - Double(try fixture.floats("clip.\(name).norm")[0])) < 1e-6 * max(1, norm))
    let coefficient = Float(min(1, try number("clip.\(name)", "max_norm") / (norm + 1e-6)))
    scale(a.count, a.pointer, by: coefficient)
    scale(b.count, b.pointer, by: coefficient)
    try check("clip.\(name).clipped_a", a)
    try check("clip.\(name).clipped_b", b)
  }
}
