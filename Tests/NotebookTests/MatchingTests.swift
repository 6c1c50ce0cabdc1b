// When an output counts as the one that is written.
import Notebook
import Testing

@Suite struct MatchingTests {
  @Test(arguments: [
    ("", ""), ("a b", "a b"), ("a  b", "a b"), ("a b ", "a b"), ("nan", "nan"), ("inf", "inf"),
    ("0.25", "0.25"), ("0.25", "0.2549"), ("0.25", "0.245"), ("0.25", "0.255"), ("0.25", "0.25000000001"),
    ("0.250", "0.2504"), ("-0.25", "-0.2549"), ("64", "64"), ("64", "64.0"), ("64.0", "64"), ("2", "2.4"),
    ("1e-8", "1.4e-8"), ("1.5e-8", "1.54e-8"), ("3.9e-4", "0.000392"), ("1.2e3", "1249"), ("1e6", "1000000"),
    ("loss 0.25 after 200 steps", "loss 0.2501 after 200 steps"), ("a\n0.5\nb", "a\n0.51\nb"),
  ])
  func same(expected: String, actual: String) {
    #expect(matches(expected: expected, actual: actual))
  }

  @Test(arguments: [
    ("", "a"), ("a", ""), ("a b", "ab"), ("a\nb", "a b"), ("a\n", "a"), ("a", "b"), ("nan", "inf"),
    ("0.25", "0.26"), ("0.25", "0.2551"), ("0.25", "0.2449"), ("0.250", "0.2506"), ("0.25", "-0.25"),
    ("64", "65"),
    ("64", "64.6"), ("64.0", "64.06"), ("1e-8", "1.6e-8"), ("1.5e-8", "1.56e-8"), ("1e-8", "0"),
    ("3.9e-4", "3.9e-3"),
    ("1.2e3", "1251"), ("0.25", "nan"), ("nan", "0.25"), ("inf", "-inf"), ("0.25", "0.25a"),
    ("0.25 0.5", "0.25"),
    ("[0.25]", "[0.2501]"), ("s=2", "s=2.1"), ("0.25,", "0.2501,"),
  ])
  func different(expected: String, actual: String) {
    #expect(!matches(expected: expected, actual: actual))
  }
}
