// What can be wrong with tensors that are to be written.

/// Why tensors cannot become a safetensors file.
package enum ContentFlaw: Error, Equatable, Sendable {
  /// `__metadata__` is the container's own key.
  case reservedName
  case duplicateName(tensor: String)
  case duplicateMetadata(key: String)
  case tooManyDimensions(tensor: String, count: Int, limit: Int)
  case negativeSize(tensor: String, shape: [Int])
  case tooLarge(tensor: String, type: ElementType, shape: [Int])
  case splitByte(tensor: String, type: ElementType, shape: [Int])
  case wrongLength(tensor: String, type: ElementType, shape: [Int], needed: Int, given: Int)
  case headerTooLong(length: Int, limit: Int)
  case totalTooLarge
}
