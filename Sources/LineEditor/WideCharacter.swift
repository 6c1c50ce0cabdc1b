// The C library's wide characters, which on Linux are Unicode scalars under another type.
import Glibc

extension Unicode.Scalar {
  /// What is no scalar becomes the replacement character.
  init(wide: wchar_t) {
    self = Unicode.Scalar(UInt32(truncatingIfNeeded: wide)) ?? "\u{FFFD}"
  }

  var wide: wchar_t { wchar_t(truncatingIfNeeded: value) }
}
