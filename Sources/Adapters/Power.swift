// x to the power y through the C library, in one place.
import Glibc

/// x^y in double precision, by the C library.
func raised(_ x: Double, to y: Double) -> Double { pow(x, y) }
