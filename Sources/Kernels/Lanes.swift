// Sixteen virtual lanes: the unit in which all element-wise arithmetic and all reductions are written.
//
// The same sixteen lanes are used on every CPU, so that results do not depend on the width of its registers.

import CVector

/// Sixteen floats that are computed with at once.
typealias Lanes = SIMD16<Float>
/// Sixteen words: random numbers, or the bits of floats.
typealias LaneBits = SIMD16<UInt32>

/// Sixteen elements, wherever they begin.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Lanes {
  UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

/// Writes all sixteen lanes, wherever they are to begin.
@inline(__always)
func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
}

/// The first `count` elements (0 to 15), `fill` in the other lanes.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>, first count: Int, fill: Float = 0) -> Lanes {
  #if CHECKED
    precondition(count >= 0 && count < 16, "\(count) of sixteen lanes")
  #endif
  var lanes = Lanes(repeating: fill)
  for i in 0..<count { lanes[i] = pointer[i] }
  return lanes
}

/// Writes the first `count` lanes (0 to 16) and leaves what follows.
@inline(__always)
func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>, first count: Int) {
  #if CHECKED
    precondition(count >= 0 && count <= 16, "\(count) of sixteen lanes")
  #endif
  for i in 0..<count { pointer[i] = lanes[i] }
}

/// `a·b + c` with one rounding.
@inline(__always)
func fused(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes {
  var result = c
  result.addProduct(a, b)
  return result
}

/// √x of each lane, correctly rounded; NaN for negative lanes.
@inline(__always)
func squareRoot(_ x: Lanes) -> Lanes { cvector_square_root(x) }

/// The bits of each float.
@inline(__always)
func bits(_ lanes: Lanes) -> LaneBits { unsafeBitCast(lanes, to: LaneBits.self) }

/// The floats of these bits.
@inline(__always)
func lanes(_ bits: LaneBits) -> Lanes { unsafeBitCast(bits, to: Lanes.self) }

/// The sum of the lanes by a fixed tree: halves, quarters, pairs.
@inline(__always)
func laneSum(_ lanes: Lanes) -> Float {
  let a = lanes.lowHalf + lanes.highHalf
  let b = a.lowHalf + a.highHalf
  let c = b.lowHalf + b.highHalf
  return c[0] + c[1]
}

/// The largest lane. Where one is NaN, some lane: callers look for NaN elsewhere.
@inline(__always)
func laneMaximum(_ lanes: Lanes) -> Float {
  let a = lanes.lowHalf.replacing(with: lanes.highHalf, where: lanes.highHalf .> lanes.lowHalf)
  let b = a.lowHalf.replacing(with: a.highHalf, where: a.highHalf .> a.lowHalf)
  let c = b.lowHalf.replacing(with: b.highHalf, where: b.highHalf .> b.lowHalf)
  return c[0] > c[1] ? c[0] : c[1]
}

/// Sets `out[i] = body(x[i])` for all elements, sixteen at a time.
@inline(__always)
func mapLanes(
  _ count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, _ body: (Lanes) -> Lanes
) {
  var i = 0
  while i + 16 <= count {
    store(body(load(x + i)), out + i)
    i += 16
  }
  if i < count { store(body(load(x + i, first: count - i)), out + i, first: count - i) }
}

/// Sets `out[i] = body(x[i], y[i])` for all elements, sixteen at a time.
@inline(__always)
func mapLanes(
  _ count: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
  into out: UnsafeMutablePointer<Float>, _ body: (Lanes, Lanes) -> Lanes
) {
  var i = 0
  while i + 16 <= count {
    store(body(load(x + i), load(y + i)), out + i)
    i += 16
  }
  if i < count {
    let rest = count - i
    store(body(load(x + i, first: rest), load(y + i, first: rest)), out + i, first: rest)
  }
}

/// Calls `body` with the start and the size (16, or less at the end) of each group of lanes.
@inline(__always)
func forEachLanes(_ count: Int, _ body: (_ start: Int, _ size: Int) -> Void) {
  var i = 0
  while i + 16 <= count {
    body(i, 16)
    i += 16
  }
  if i < count { body(i, count - i) }
}

/// What `forEachLanes` gives the place of: `size` elements from `start` on, 0 in the lanes beyond.
@inline(__always)
func part(_ pointer: UnsafePointer<Float>, _ start: Int, _ size: Int) -> Lanes {
  size == 16 ? load(pointer + start) : load(pointer + start, first: size)
}

/// Writes the first `size` lanes from `start` on.
@inline(__always)
func put(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>, _ start: Int, _ size: Int) {
  if size == 16 { store(value, pointer + start) } else { store(value, pointer + start, first: size) }
}

/// The smaller of each pair; `a` where one is NaN.
@inline(__always)
func minimum(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .< a) }

/// The larger of each pair; `a` where one is NaN.
@inline(__always)
func maximum(_ a: Lanes, _ b: Lanes) -> Lanes { a.replacing(with: b, where: b .> a) }
