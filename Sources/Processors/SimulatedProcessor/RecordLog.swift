import Glibc
import SystemCalls

/// The file with the simulated processor's records: one line each, synced before the record counts.
///
/// A record that cannot be written whole, as on a full disk, leaves nothing behind.
struct RecordLog: ~Copyable {
  /// The reason why a log cannot be opened or read, for people.
  package struct OpenError: Error, CustomStringConvertible {
    package let description: String
  }

  private var file: AppendedFile

  /// Opens and locks the log, and passes each of its records to `take`. Removes a last line that a crash cut short.
  init(path: String, take: (BookRecord) -> Void) throws(OpenError) {
    let file = try RecordLog.open(path)
    guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
      if errno != EWOULDBLOCK { throw RecordLog.failure("lock", path) }
      throw OpenError(description: "another process uses \(path): stop it first, or choose another file")
    }
    let whole = try RecordLog.wholeLines(of: file.descriptor, path)
    guard ftruncate(file.descriptor, whole.count) == 0 else { throw RecordLog.failure("mend", path) }
    try RecordLog.parse(whole, path, take)
    self.file = file
  }

  deinit {
    // Closing is not enough: a child of this process has a copy of the descriptor between fork(2) and exec(3).
    _ = flock(file.descriptor, LOCK_UN)
  }

  /// Passes the current records of a log to `take`, without a lock.
  static func read(path: String, take: (BookRecord) -> Void) throws(OpenError) {
    let file = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", path) }
    defer { Glibc.close(file) }
    try parse(try wholeLines(of: file, path), path, take)
  }

  /// Returns false if the record was not written. Only a crash at that moment may leave it there.
  mutating func append(_ record: BookRecord) -> Bool {
    do throws(SystemError) {
      try file.append(Array((record.line + "\n").utf8), syncs: true)
      return true
    } catch {
      return false
    }
  }

  private static func open(_ path: String) throws(OpenError) -> AppendedFile {
    do throws(SystemError) {
      return try AppendedFile(path: path, access: O_RDWR)
    } catch {
      throw OpenError(description: "cannot open \(path): \(error)")
    }
  }

  private static func wholeLines(of file: Int32, _ path: String) throws(OpenError) -> [UInt8] {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = pread(file, &buffer, buffer.count, text.count)
      guard count >= 0 else { throw failure("read", path) }
      if count == 0 { break }
      text += buffer[..<count]
    }
    guard let end = text.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    text.removeSubrange((end + 1)...)
    return text
  }

  private static func parse(_ text: [UInt8], _ path: String, _ take: (BookRecord) -> Void) throws(OpenError) {
    for (number, line) in text.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let record = BookRecord(line: String(decoding: line, as: UTF8.self)) else {
        throw OpenError(description: "\(path): line \(number + 1) is damaged")
      }
      take(record)
    }
  }

  private static func failure(_ action: String, _ path: String) -> OpenError {
    OpenError(description: "cannot \(action) \(path): \(SystemError.last)")
  }
}
