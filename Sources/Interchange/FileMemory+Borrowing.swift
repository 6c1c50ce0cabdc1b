// Mapped files as memory that buffers borrow.
package import Storage
package import TensorFile

extension FileMemory: BorrowedMemory {}
