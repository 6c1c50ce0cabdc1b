// The element types that the safetensors container knows.

/// An element type, in the container's own order: its writer puts larger ones first.
package enum ElementType: Int, CaseIterable, Sendable {
  case bool, f4, f6E2M3, f6E3M2, u8, i8, f8E5M2, f8E4M3, f8E8M0, f8E4M3FNUZ, f8E5M2FNUZ
  case i16, u16, f16, bf16, i32, u32, f32, c64, f64, i64, u64

  /// By raw value: the spelling in the file and the width of one element.
  private static let table: [(name: String, bits: Int)] = [
    ("BOOL", 8), ("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("U8", 8), ("I8", 8), ("F8_E5M2", 8),
    ("F8_E4M3", 8), ("F8_E8M0", 8), ("F8_E4M3FNUZ", 8), ("F8_E5M2FNUZ", 8), ("I16", 16), ("U16", 16),
    ("F16", 16), ("BF16", 16), ("I32", 32), ("U32", 32), ("F32", 32), ("C64", 64), ("F64", 64), ("I64", 64),
    ("U64", 64),
  ]

  /// The type that a file spells `name`; nil for every other spelling, lower case included.
  package init?(name: String) {
    guard let type = Self.allCases.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
    self = type
  }

  /// The spelling in the file: `F32`.
  package var name: String { Self.table[rawValue].name }

  /// The width of one element in bits; 4 and 6 for the types that share bytes.
  package var bits: Int { Self.table[rawValue].bits }
}
