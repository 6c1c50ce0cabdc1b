// The words for errors that a test cannot bring about with a file of its own.

import Foundation
import TensorFile
import Testing

@Suite struct SentenceTests {
  @Test(arguments: [
    (EACCES, "permission denied; check the permissions or choose another folder"),
    (EROFS, "the file system is read-only; check the permissions or choose another folder"),
    (ENOSPC, "no space is left; make room or choose another folder"),
    (EISDIR, "it is a folder; check the path"),
    (ELOOP, "its symbolic links form a loop; check the path"),
    (EMFILE, "too many files are open; close some programs and try again"),
    (EIO, "the device reports an error; try again or choose another folder"),
    (EFBIG, "the file would become too large; make room or choose another folder"),
    (Int32(200), "system error 200; try again or choose another folder"),
  ])
  func system(code: Int32, words: String) {
    #expect(
      TensorFileError.system(.read, path: "a b", code: code).description == "cannot read `a b`: " + words)
    #expect(TensorFileError.system(.write, path: "x", code: code).description == "cannot write `x`: " + words)
  }

  @Test func titleAndAdvice() {
    let error = TensorFileError.changed(path: "x")
    #expect(error.title == "`x` became shorter while it was read")
    #expect(error.advice == "wait until it is complete and read it again")
  }

  @Test func totalTooLarge() {
    #expect(
      TensorFileError.unwritable(path: "x", .totalTooLarge).description == """
        cannot write `x` as safetensors: the bytes of all tensors together overflow; \
        write fewer tensors in one file
        """)
  }
}
