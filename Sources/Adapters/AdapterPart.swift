// The tensors of an adapted module, as ranges of the adapter's parameter vector.

/// One trained tensor of an adapted module: what it is, its shape, and its place in the adapter's parameter vector.
///
/// Whatever names, counts, draws, saves, loads or copies the tensors of an adapter walks `AdapterSite.parts`.
package struct AdapterPart: Equatable, Sendable {
  package let role: Role
  /// Dimensions as in PEFT's file; the elements stand row after row.
  package let shape: [Int]
  /// The number of its first element in the parameter vector.
  package let offset: Int

  package var count: Int { shape.reduce(1, *) }
  /// The numbers of its elements in the parameter vector.
  package var range: Range<Int> { offset..<offset + count }
}

extension AdapterPart {
  /// What a part is, whichever module has it.
  package struct Role: Hashable, Sendable {
    /// PEFT's name of the parameter behind the path of its module: `lora_A`.
    package let name: String
    /// What stands behind the name in PEFT's files: `.weight` where the parameter is a module's.
    package let ending: String
    /// What it is called: `A`.
    package let title: String
    /// What tables call it. Parts of one heading are counted together.
    package let heading: String

    /// - Parameter heading: the title, where it is not given.
    package init(_ name: String, ending: String = "", title: String, heading: String? = nil) {
      self.name = name
      self.ending = ending
      self.title = title
      self.heading = heading ?? title
    }

    /// What stands behind a module's path in PEFT's files: `.lora_A.weight`.
    package var suffix: String { ".\(name)\(ending)" }

    /// A [r, in]. How it begins says `AdapterStart`, as of B.
    package static let a = Role("lora_A", ending: ".weight", title: "A", heading: "A and B")
    /// B [out, r].
    package static let b = Role("lora_B", ending: ".weight", title: "B", heading: "A and B")
  }

  /// A part that has no place yet.
  package struct Form: Equatable, Sendable {
    package let role: Role
    package let shape: [Int]

    package init(_ role: Role, shape: [Int]) {
      self.role = role
      self.shape = shape
    }

    /// Floats, in floating point: a shape of any size overflows nothing.
    var size: Double { shape.reduce(1) { $0 * Double($1) } }
  }
}

/// One adapted module: A [r, in], B [out, r] and what its kind of adapter trains beside them, one behind the other in the
/// adapter's parameter vector.
package struct AdapterSite: Equatable, Sendable {
  package let module: LinearModule
  /// r and alpha of this module, after `rank_pattern` and `alpha_pattern`.
  package let rank: Int
  package private(set) var alpha: Double
  /// A, B, then the others in their kind's order.
  package let parts: [AdapterPart]

  /// - Parameters:
  ///   - others: what is trained beside A and B.
  ///   - offset: the number of the first element of A.
  package init(
    module: LinearModule, rank: Int, alpha: Double, others: [AdapterPart.Form] = [], offset: Int
  ) {
    self.module = module
    self.rank = rank
    self.alpha = alpha
    var end = offset
    parts = (AdapterSite.updateForms(module, rank: rank) + others).map { form in
      let part = AdapterPart(role: form.role, shape: form.shape, offset: end)
      end = part.range.upperBound
      return part
    }
  }

  /// A and B, which make up the update s·B·A.
  static func updateForms(_ module: LinearModule, rank: Int) -> [AdapterPart.Form] {
    [
      AdapterPart.Form(.a, shape: [rank, module.inputs]),
      AdapterPart.Form(.b, shape: [module.outputs, rank]),
    ]
  }

  /// A [r, in] and B [out, r].
  package var a: AdapterPart { parts[0] }
  package var b: AdapterPart { parts[1] }

  /// The part of a role; nil where the module has none.
  package subscript(role: AdapterPart.Role) -> AdapterPart? { parts.first { $0.role == role } }

  /// The numbers of all its parameters in the vector.
  package var range: Range<Int> { a.offset..<parts[parts.count - 1].range.upperBound }
  package var count: Int { range.count }

  /// s of s·B·A under a rule.
  package func multiplier(_ rule: ScalingRule) -> Double {
    rule.multiplier(alpha: alpha, rank: Double(rank))
  }

  /// The same with another alpha.
  func withAlpha(_ alpha: Double) -> AdapterSite {
    var site = self
    site.alpha = alpha
    return site
  }

  /// The same in single precision, as the kernels multiply with it.
  package func factor(_ rule: ScalingRule) -> Float { Float(multiplier(rule)) }
}
