// The escape sequences of a terminal's colours.

/// A text between the sequence that begins a colour, `code` of ECMA-48's SGR such as `1;31`, and the one that ends it. An
/// empty text stays empty.
package func colored(_ text: some StringProtocol, _ code: String) -> String {
  text.isEmpty ? "" : "\u{1B}[\(code)m\(text)\u{1B}[0m"
}
