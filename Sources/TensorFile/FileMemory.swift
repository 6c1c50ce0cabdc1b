// The bytes of a file in memory: copied for a small file, mapped for a large one.

import CFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Bytes that nobody changes, at one address for as long as the object lives.
///
/// Those of a mapped file are read from the disk when they are first touched. Where another program shortens the file under
/// a mapping, the bytes from there on are zeros, and `checkUnchanged` says so: whoever computes from them asks it before
/// the result counts, and `MappedFiles.hasNewCut` now and then. A file that is replaced (`AtomicFile`, `rename`) stays as
/// it was under the mapping.
package final class FileMemory: Sendable {
  /// A number, because pointers are not Sendable; what it points to never changes.
  private let address: UInt
  package let count: Int
  /// The file behind a mapping, kept open to see whether its length still is what it was.
  private let file: SystemFile?
  /// The number under which a mapping is watched.
  private let number: Int32
  /// When the file behind a mapping was written to last, as it was mapped.
  private let written: SystemFile.Time?

  /// A block of `count` bytes on the heap, aligned to 64, that `fill` writes. It receives zeros.
  init<Problem: Error>(
    count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Problem) -> Void
  ) throws(Problem) {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    _ = block.initializeMemory(as: UInt8.self, repeating: 0)
    do {
      try fill(block)
    } catch {
      block.deallocate()
      throw error
    }
    address = UInt(bitPattern: block.baseAddress)
    self.count = count
    file = nil
    number = -1
    written = nil
  }

  /// A copy of `bytes`.
  convenience init(_ bytes: [UInt8]) {
    self.init(count: bytes.count) { block in bytes.withUnsafeBytes { block.copyMemory(from: $0) } }
  }

  /// The first `count` bytes of `file`, which has them and holds more than none. Error `.system(.read, …)`.
  init(mapping file: SystemFile, count: Int) throws(TensorFileError) {
    written = try file.timeOfWriting()
    address = try file.map(count)
    self.count = count
    self.file = file
    number = MappedFiles.watch(address, count, path: file.shownPath)
  }

  deinit {
    guard let start = UnsafeMutableRawPointer(bitPattern: address) else { return }
    if file == nil {
      start.deallocate()
    } else {
      MappedFiles.unwatch(number)
      // It can fail only for an address that is not mapped.
      _ = munmap(start, count)
    }
  }

  package var isMapped: Bool { file != nil }

  /// All bytes. Valid while the object lives: whoever keeps the pointer keeps the object.
  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count)
  }

  /// Throws `.changed` if the file behind a mapping has become shorter than the mapping.
  package func checkLength() throws(TensorFileError) {
    try file?.checkLength(atLeast: count)
  }

  /// Throws `.changedInUse` if the file behind a mapping has become shorter, or was written to, since it was mapped.
  package func checkUnchanged() throws(TensorFileError) {
    guard let file else { return }
    if cmap_is_cut(number) || (try? file.checkLength(atLeast: count)) == nil {
      throw .changedInUse(path: file.shownPath, isCut: true)
    }
    guard try file.timeOfWriting() == written else { throw .changedInUse(path: file.shownPath, isCut: false) }
  }

  /// Lets go of the pages that lie wholly in `range` of a mapping; they come back from the file when they are
  /// touched again. It keeps the memory of one pass over a large file small, and does nothing to a copy.
  package func release(_ range: Range<Int>) {
    guard file != nil else { return }
    let page = Int(getpagesize())
    let first = (range.lowerBound + page - 1) / page * page
    let last = range.upperBound == count ? count : range.upperBound / page * page
    guard first < last, let start = UnsafeMutableRawPointer(bitPattern: address + UInt(first)) else { return }
    // Advice only: if the system does not take it, the pages stay.
    _ = madvise(start, last - first, MADV_DONTNEED)
  }
}
