// Where a buffer's floats stand: on the heap or in pages of their own, in a checked build between guarded pages.
import Glibc

/// `count` floats, zero at first, with `Buffer.slack` more behind them; aligned to 64 bytes.
struct BufferMemory {
  let pointer: UnsafeMutablePointer<Float>

  #if CHECKED
    private let block: GuardedBlock
    private let count: Int

    /// What stands in the slack: a NaN, which shows where it is used for anything.
    private static let mark = Float(bitPattern: 0x7FC0_57A7)

    init(count: Int) {
      self.count = count
      block = GuardedBlock(count: BufferMemory.bytes(count) / MemoryLayout<Float>.stride)
      pointer = block.pointer
      for i in count..<block.count { pointer[i] = BufferMemory.mark }
    }

    /// Ends the process where the slack was written.
    func free() {
      for i in count..<block.count {
        precondition(
          pointer[i].bitPattern == BufferMemory.mark.bitPattern,
          "element \(i) of a buffer of \(count) was written")
      }
      block.free()
    }
  #else
    private let bytes: Int

    init(count: Int) {
      bytes = BufferMemory.bytes(count)
      let raw =
        bytes >= BufferMemory.largeBytes ? BufferMemory.zeroPages(bytes) : BufferMemory.zeroedBlock(bytes)
      pointer = raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    }

    func free() {
      if bytes >= BufferMemory.largeBytes {
        munmap(pointer, bytes)
      } else {
        UnsafeMutableRawPointer(pointer).deallocate()
      }
    }

    /// From this size on the allocator would ask the system for fresh pages too, which are zero already: the system
    /// gives each at its first use, so that a buffer of gigabytes is there at once.
    private static let largeBytes = 1 << 25

    private static func zeroPages(_ bytes: Int) -> UnsafeMutableRawPointer {
      let pages = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard let pages, pages != MAP_FAILED else { fatalError("no memory for \(bytes) bytes") }
      return pages
    }

    private static func zeroedBlock(_ bytes: Int) -> UnsafeMutableRawPointer {
      let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      memset(raw, 0, bytes)
      return raw
    }
  #endif

  /// Whole groups of sixteen floats.
  private static func bytes(_ count: Int) -> Int { (count + Buffer.slack + 15) / 16 * 64 }
}
