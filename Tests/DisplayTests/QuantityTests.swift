// Durations, sizes, counts and fixed digits.
import Display
import Testing
import Text

@Suite("Quantities")
struct QuantityTests {
  @Test(arguments: [
    (0, "0 s"), (0.0000034, "0.0034 ms"), (0.0034, "3.4 ms"), (0.34, "0.34 s"), (0.999, "1.0 s"),
    (9.94, "9.9 s"),
    (9.96, "10 s"), (12.3, "12 s"), (59.4, "59 s"), (59.6, "1 min"), (80, "1 min 20 s"), (3599.6, "1 h"),
    (7500, "2 h 5 min"), (90000, "25 h"), (-80, "-1 min 20 s"), (.nan, "unknown"), (.infinity, "unknown"),
  ])
  func duration(_ seconds: Double, _ expected: String) {
    #expect(Quantity.duration(seconds) == expected)
  }

  @Test(arguments: [
    (0, "0 B"), (512, "512 B"), (999, "999 B"), (1000, "1.0 kB"), (3200, "3.2 kB"), (9_960, "10 kB"),
    (999_499, "999 kB"), (999_500, "1.0 MB"), (45_000_000, "45 MB"), (1_800_000_000, "1.8 GB"),
    (2_100_000_000_000, "2.1 TB"), (Int.max, "9.2 EB"), (-512, "-512 B"), (Int.min, "-9.2 EB"),
  ])
  func bytes(_ count: Int, _ expected: String) {
    #expect(Quantity.bytes(count) == expected)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000"), (-999, "-999"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func count(_ value: Int, _ expected: String) {
    #expect(Quantity.count(value) == expected)
  }

  @Test(arguments: [
    (1.005, 1, "1.0"), (2.5, 0, "3"), (-0.04, 1, "0.0"), (-0.06, 1, "-0.1"), (0.001, 3, "0.001"),
    (.nan, 2, "nan"),
    (-.infinity, 2, "-inf"), (1e16, 2, "1e+16"),
  ])
  func fixed(_ value: Double, _ places: Int, _ expected: String) {
    #expect(NumberFormat.fixed(value, places: places) == expected)
  }
}
