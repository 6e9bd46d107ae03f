import Glibc
import LedgerEngine
import SystemCalls

/// A complete copy of the ledger, in an unlinked file that the system frees when this object closes it.
final class BackupFile: BackupContents {
  private let file: Int32
  let byteCount: Int64

  /// Opens the file at `path` and unlinks it.
  init(takingOver path: String) throws(BackupFailure) {
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

  func read(at offset: Int64, count: Int) throws(BackupFailure) -> [UInt8] {
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
