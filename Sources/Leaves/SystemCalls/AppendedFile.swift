import Glibc

/// A file to which records are appended, each whole or not at all.
///
/// A write that fails on a full disk may leave half a record, to which the next one would be glued. It is cut off at once,
/// and if that fails too, before the next record.
///
/// Not thread-safe: callers serialize their appends.
package struct AppendedFile: ~Copyable {
  package let descriptor: Int32
  /// The size up to which the file holds whole records, once something has to be cut off behind it.
  private var wholeByteCount: off_t?

  /// Opens or creates a file that only its owner may read.
  ///
  /// - Parameter access: `O_RDWR` or `O_WRONLY`.
  package init(path: String, access: Int32) throws(SystemError) {
    descriptor = open(path, access | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .last }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends `record`.
  ///
  /// - Parameter syncs: Whether the record is on disk once this returns.
  /// - Throws: If nothing of the record is in the file, unless the machine stops before what was written is cut off.
  package mutating func append(_ record: [UInt8], syncs: Bool) throws(SystemError) {
    try cutOff()
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last }
    do throws(SystemError) {
      try ByteStream.writeAll(record[...], to: descriptor)
      guard !syncs || fdatasync(descriptor) == 0 else { throw .last }
    } catch {
      // Devices and pipes cannot be cut back.
      if status.st_mode & S_IFMT == S_IFREG {
        wholeByteCount = status.st_size
        try? cutOff()
      }
      throw error
    }
  }

  private mutating func cutOff() throws(SystemError) {
    guard let size = wholeByteCount else { return }
    guard ftruncate(descriptor, size) == 0 else { throw .last }
    wholeByteCount = nil
  }
}
