// Finding a tensor by its name among many.

/// The positions of tensors in the order of their names. Names are compared by their bytes: Swift's String
/// takes different spellings of an accent as equal.
struct NameIndex: Sendable {
  private let order: [Int32]

  /// - Precondition: fewer tensors than 2³¹, which the limit of a header ensures.
  init(_ tensors: [TensorEntry]) {
    order = (0..<Int32(tensors.count)).sorted {
      tensors[Int($0)].name.utf8.lexicographicallyPrecedes(tensors[Int($1)].name.utf8)
    }
  }

  /// Where the tensor of this name stands in `tensors`, those that the index was made of; nil if there is none.
  func position(of name: String, in tensors: [TensorEntry]) -> Int? {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if tensors[Int(order[middle])].name.utf8.lexicographicallyPrecedes(name.utf8) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < order.count else { return nil }
    let position = Int(order[low])
    return tensors[position].name.utf8.elementsEqual(name.utf8) ? position : nil
  }

  /// Neighbours of one name, as positions; nil if each name is there once.
  func firstDuplicate(in tensors: [TensorEntry]) -> (first: Int, second: Int)? {
    for (left, right) in zip(order, order.dropFirst())
    where tensors[Int(left)].name.utf8.elementsEqual(tensors[Int(right)].name.utf8) {
      return (Int(min(left, right)), Int(max(left, right)))
    }
    return nil
  }
}
