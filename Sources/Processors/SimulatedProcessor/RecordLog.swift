import Glibc
import SystemCalls

/// The file with the simulated processor's records: one line each, synced before the record counts.
struct RecordLog: ~Copyable {
  /// The reason why a log cannot be opened or read, for people.
  package struct OpenError: Error, CustomStringConvertible {
    package let description: String
  }

  private let file: Int32

  /// Opens and locks the log, and passes each of its records to `take`. Removes a last line that a crash cut short.
  init(path: String, take: (BookRecord) -> Void) throws(OpenError) {
    file = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw RecordLog.failure("open", path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { throw RecordLog.failure("lock", path) }
    let whole = try RecordLog.wholeLines(of: file, path)
    guard ftruncate(file, whole.count) == 0 else { throw RecordLog.failure("mend", path) }
    try RecordLog.parse(whole, path, take)
  }

  /// Passes the current records of a log to `take`, without a lock.
  static func read(path: String, take: (BookRecord) -> Void) throws(OpenError) {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", path) }
    defer { Glibc.close(file) }
    try parse(try wholeLines(of: file, path), path, take)
  }

  deinit { if file >= 0 { close(file) } }

  /// Returns false if it is unknown whether the record survives a crash.
  func append(_ record: BookRecord) -> Bool {
    var text = record.line + "\n"
    let written = text.withUTF8 { write(file, $0.baseAddress, $0.count) == $0.count }
    return written && fdatasync(file) == 0
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
