// The one step that Swift has no name for.
import CFiles

/// Exchanges what two paths name; false where the system or the file system cannot.
func exchangePaths(_ left: String, _ right: String) -> Bool { cfiles_exchange(left, right) == 0 }
