// Mapped files as memory that buffers borrow.
import Storage
package import TensorFile

extension FileMemory: BorrowedMemory {}
