// Mapped files as memory that buffers borrow.
import Storage
import TensorFile

extension FileMemory: BorrowedMemory {}
