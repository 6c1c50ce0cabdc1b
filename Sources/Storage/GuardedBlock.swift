// Floats between two pages that nobody may touch: whatever runs over one end of them ends the process there.
import Glibc

/// Memory whose end, or beginning, is that of a page, with a page without access behind it and before it. The processor
/// itself checks every load and store against that side of the block, whoever makes it.
///
/// In a checked build (`-D CHECKED`) all buffers stand in such blocks. Tests use them in any build.
package struct GuardedBlock: Sendable {
  /// The side that is checked to the float; on the other side up to a page of spare room lies between.
  package enum Side: Sendable, CaseIterable { case end, beginning }

  package let count: Int
  /// Numbers, because pointers are not Sendable.
  private let address: UInt
  private let mapping: UInt
  private let bytes: Int

  /// `count` floats, zero at first. They are aligned to 4 bytes at least; at the end, to as much as their size is.
  package init(count: Int, exactAt side: Side = .end) {
    precondition(count >= 0, "a block cannot hold \(count) elements")
    let page = sysconf(Int32(_SC_PAGESIZE))
    let needed = count * MemoryLayout<Float>.stride
    let inner = (needed + page - 1) / page * page
    bytes = inner + 2 * page
    let pages = mmap(nil, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let pages, pages != MAP_FAILED,
      inner == 0 || mprotect(pages + page, inner, PROT_READ | PROT_WRITE) == 0
    else { fatalError("no memory for \(bytes) bytes") }
    self.count = count
    mapping = UInt(bitPattern: pages)
    address = mapping + UInt(page) + (side == .end ? UInt(inner - needed) : 0)
  }

  /// The first element, valid until `free`.
  package var pointer: UnsafeMutablePointer<Float> {
    guard let pointer = UnsafeMutablePointer<Float>(bitPattern: address) else { fatalError("no address") }
    return pointer
  }

  /// Gives the memory back. Whoever uses it afterwards ends the process, too.
  package func free() {
    if let pages = UnsafeMutableRawPointer(bitPattern: mapping) { munmap(pages, bytes) }
  }
}
