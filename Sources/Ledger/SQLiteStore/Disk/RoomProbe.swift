import Glibc

/// Finds out whether a directory's file system takes more bytes, by writing some to a file without a name.
///
/// statvfs(3) knows of no quotas and no limits of the process, and some file systems do not say the truth to it.
enum RoomProbe {
  /// As much as the largest batch writes.
  static let byteCount = 1 << 20
  /// With less free space than this, a batch of a few operations may already fail.
  static let shortage: UInt64 = 64 << 10

  /// Returns whether a file of the file system can grow from `size` by `byteCount`.
  static func hasRoom(in directory: String, size: Int) -> Bool {
    // O_TMPFILE: a macro that Swift does not see.
    let unnamed = 0o20_000_000 | O_DIRECTORY
    var file = open(directory, O_RDWR | unnamed | O_CLOEXEC, 0o600)
    if file < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT {
      let path = directory + "/room.probe"
      file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
      unlink(path)
    }
    // Whatever else keeps a file from being made is not for want of room: then the next batch finds out.
    guard file >= 0 else { return errno != ENOSPC && errno != EDQUOT }
    defer { close(file) }
    let bytes = [UInt8](repeating: 0xFF, count: byteCount)
    var written = 0
    while written < byteCount {
      let count = bytes.withUnsafeBytes { bytes in
        pwrite(file, bytes.baseAddress?.advanced(by: written), byteCount - written, off_t(size + written))
      }
      if count > 0 { written += count } else if count == 0 || errno != EINTR { return false }
    }
    // Some file systems find out only now.
    return fdatasync(file) == 0
  }

  /// Returns whether the file system says that almost nothing is left. One that does not say how large it is, is not asked.
  static func isShort(_ directory: String) -> Bool {
    var status = statvfs()
    guard statvfs(directory, &status) == 0, status.f_blocks > 0 else { return false }
    // The rest is reserved for root.
    let blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail
    return UInt64(blocks) * UInt64(status.f_frsize) < shortage
  }
}
