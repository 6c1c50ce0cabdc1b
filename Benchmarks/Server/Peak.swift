// The peak of the multiply-add unit, measured: sixteen independent chains that never leave the registers.

/// Floating-point operations a second of one core.
func multiplyAddPeak(seconds: Double) -> Double {
  let rounds = 100_000
  var sink: Float = 0
  let time = best(seconds) { sink = burst(rounds, from: sink) }
  precondition(sink.isFinite, "the chains converge")
  return Double(rounds) * 16 * 16 * 2 / time
}

@inline(never)
private func burst(_ rounds: Int, from start: Float) -> Float {
  typealias Lanes = SIMD16<Float>
  let x = Lanes(repeating: 0.5)
  let y = Lanes(repeating: 0.25)
  var a = Lanes(repeating: start), b = Lanes(), c = Lanes(), d = Lanes(), e = Lanes(), f = Lanes(),
    g = Lanes(), h = Lanes()
  var i = Lanes(), j = Lanes(), k = Lanes(), l = Lanes(), m = Lanes(), n = Lanes(), o = Lanes(), p = Lanes()
  for _ in 0..<rounds {
    a = y.addingProduct(a, x)
    b = y.addingProduct(b, x)
    c = y.addingProduct(c, x)
    d = y.addingProduct(d, x)
    e = y.addingProduct(e, x)
    f = y.addingProduct(f, x)
    g = y.addingProduct(g, x)
    h = y.addingProduct(h, x)
    i = y.addingProduct(i, x)
    j = y.addingProduct(j, x)
    k = y.addingProduct(k, x)
    l = y.addingProduct(l, x)
    m = y.addingProduct(m, x)
    n = y.addingProduct(n, x)
    o = y.addingProduct(o, x)
    p = y.addingProduct(p, x)
  }
  let sum = ((a + b) + (c + d)) + ((e + f) + (g + h)) + ((i + j) + (k + l)) + ((m + n) + (o + p))
  return sum[0] + sum[15]
}
