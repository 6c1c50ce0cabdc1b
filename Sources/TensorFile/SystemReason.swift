// Words for the system's error numbers; the system's own would follow the locale.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why the system refused.
package func systemReason(_ code: Int32) -> String {
  switch code {
  case ENOENT: "no such file or folder"
  case EACCES, EPERM: "permission denied"
  case EISDIR: "it is a folder"
  case ENOTDIR: "a part of the path is not a folder"
  case ENOSPC, EDQUOT: "no space is left"
  case EROFS: "the file system is read-only"
  case ENAMETOOLONG: "the name is too long"
  case ELOOP: "its symbolic links form a loop"
  case EMFILE, ENFILE: "too many files are open"
  case EINVAL: "the name is not valid"
  case EIO: "the device reports an error"
  case ENXIO, ENODEV: "there is no such device"
  case EFBIG: "the file would become too large"
  default: "system error \(code)"
  }
}

/// What to do about it.
func systemAdvice(_ code: Int32) -> String {
  switch code {
  case ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP, EINVAL: "check the path"
  case EACCES, EPERM, EROFS: "check the permissions or choose another folder"
  case ENOSPC, EDQUOT, EFBIG: "make room or choose another folder"
  case EMFILE, ENFILE: "close some programs and try again"
  default: "try again or choose another folder"
  }
}
