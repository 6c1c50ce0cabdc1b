// The matrix product against a plain chain of fused multiply-adds, to the bit.
import Kernels
import ReferenceSupport
import Storage
import Testing

@Suite struct MatrixProductTests {
  static let sizes = [
    (1, 1, 1), (1, 32, 5), (3, 7, 2), (8, 32, 64), (8, 16, 64), (9, 33, 17), (16, 48, 31), (5, 100, 300),
    (64, 64, 64), (17, 4, 513), (31, 130, 257), (2, 16, 0), (70, 140, 600), (600, 140, 70), (45, 128, 513),
  ]

  @Test(arguments: sizes, ProductForm.allCases)
  func equalsTheChainToTheBit(_ size: (Int, Int, Int), _ form: ProductForm) {
    let (M, N, K) = size
    var random = TestRandom(UInt64(M * 1000 + N * 10 + K))
    let a = Buffer(random.floats(M * K))
    let b = Buffer(random.floats(K * N))
    let stored = random.floats(M * N)
    for accumulate in [false, true] {
      let c = Buffer(stored)
      let scratch = Buffer(count: packedCount(depth: K, columns: N))
      matrixProduct(
        form, rows: M, columns: N, depth: K, a: a.pointer, b: b.pointer, c: c.pointer,
        initial: accumulate ? UnsafePointer(c.pointer) : nil,
        scratch: scratch.pointer)
      var expected = stored
      for i in 0..<M {
        for j in 0..<N {
          var sum = accumulate ? stored[i * N + j] : 0
          for k in 0..<K {
            let x = form == .tn ? a.pointer[k * M + i] : a.pointer[i * K + k]
            let y = form == .nt ? b.pointer[j * K + k] : b.pointer[k * N + j]
            sum.addProduct(x, y)
          }
          expected[i * N + j] = sum
        }
      }
      #expect(c.array().map(\.bitPattern) == expected.map(\.bitPattern))
    }
  }

  @Test func infinitiesAndNaNsComeThrough() {
    let a = Buffer([1, .infinity, .nan, 0])
    let b = Buffer([1, 0, 0, 1])
    let c = Buffer(count: 4)
    let scratch = Buffer(count: packedCount(depth: 2, columns: 2))
    matrixProduct(
      .nn, rows: 2, columns: 2, depth: 2, a: a.pointer, b: b.pointer, c: c.pointer, scratch: scratch.pointer)
    let result = c.array()
    #expect(result[0].isNaN && result[1] == .infinity && result[2].isNaN && result[3].isNaN)
  }
}
