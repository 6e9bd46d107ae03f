import CSQLite
import Glibc

extension Connection {
  /// The errors of a file that may not grow: the disk or its inodes are used up, a quota is, or the file has reached the
  /// largest size that the file system or the process's limit (RLIMIT_FSIZE, setrlimit(2)) allows.
  private static let spaceErrors: Set<Int32> = [ENOSPC, EDQUOT, EFBIG]

  /// SQLITE_IOERR_WRITE: a macro that Swift does not see. An error of a sync is none of these: what it leaves is unknown.
  private static let writeFailed = SQLITE_IOERR | 3 << 8

  /// Whether the last call failed because there was no space for what it had to write. SQLite reports ENOSPC alone as such.
  var isOutOfSpace: Bool {
    switch sqlite3_errcode(pointer) & 0xFF {
    case SQLITE_FULL: return true
    case SQLITE_CANTOPEN: return Self.spaceErrors.contains(sqlite3_system_errno(pointer))
    case SQLITE_IOERR where sqlite3_extended_errcode(pointer) == Self.writeFailed:
      // A failed COMMIT leaves no system error in the connection, but the files remember theirs.
      let errors = [SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER].map(lastError).filter { $0 != 0 }
      return !errors.isEmpty && errors.allSatisfy(Self.spaceErrors.contains)
    default: return false
    }
  }

  /// Returns the error number of the last failed call on the database file or on its log; 0 if there was none.
  private func lastError(of file: Int32) -> Int32 {
    var pointer: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(self.pointer, "main", file, &pointer) == SQLITE_OK, let pointer,
      let control = pointer.pointee.pMethods?.pointee.xFileControl
    else { return 0 }
    var code: Int32 = 0
    return control(pointer, SQLITE_FCNTL_LAST_ERRNO, &code) == SQLITE_OK ? code : 0
  }
}
