// Memory that libedit reads a prompt from.
import Glibc

/// Holds a text at an address that stays valid until the next change.
final class PromptBuffer {
  private(set) var pointer: UnsafeMutablePointer<CChar>?

  func set(_ text: String) {
    free(pointer)
    pointer = strdup(text)
  }

  deinit {
    free(pointer)
  }
}
