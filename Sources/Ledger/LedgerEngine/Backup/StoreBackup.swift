import Glibc
import SystemCalls

/// A copy of the ledger in the making.
package protocol StoreBackup: AnyObject {
  /// Copies some more, for much less than a slice. True once all is copied.
  func proceed() throws(BackupFailure) -> Bool

  /// Closes the complete copy and hands it over.
  func finish() throws(BackupFailure) -> BackupFile
}

/// Why there is no copy, for people. The ledger itself is well.
package struct BackupFailure: Error, Hashable, Sendable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}

/// A complete copy of the ledger, in a file without a name: it is gone once this is.
package final class BackupFile: Sendable {
  private let file: Int32
  package let byteCount: Int64

  /// Takes the file at `path` over, and removes its name.
  package init(takingOver path: String) throws(BackupFailure) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw BackupFailure("cannot open \(path): \(SystemError.last)") }
    var status = stat()
    guard unlink(path) == 0, fstat(file, &status) == 0 else {
      close(file)
      throw BackupFailure("cannot take over \(path): \(SystemError.last)")
    }
    self.file = file
    byteCount = Int64(status.st_size)
  }

  deinit { close(file) }

  /// At most `count` bytes from `offset` on; fewer only at the end.
  package func read(at offset: Int64, count: Int) throws(BackupFailure) -> [UInt8] {
    var reason: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(file, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + off_t(filled))
        if got > 0 {
          filled += got
        } else if got == 0 || errno != EINTR {
          if got < 0 { reason = errno }
          break
        }
      }
    }
    guard reason == 0 else { throw BackupFailure("cannot read the copy: \(SystemError(reason))") }
    return bytes
  }
}
