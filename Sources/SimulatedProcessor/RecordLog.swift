import Glibc

/// Owns the file in which the simulated processor keeps its books: one line a record, synced before it counts.
struct RecordLog: ~Copyable {
  package struct OpenError: Error, CustomStringConvertible {
    package let description: String
  }

  private let file: Int32

  /// Opens the log, alone, and gives `take` each of its records. A last line that a crash cut short never counted.
  init(path: String, take: (BookRecord) -> Void) throws(OpenError) {
    file = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw RecordLog.failure("open", path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { throw RecordLog.failure("lock", path) }
    var whole = try readAll(path)
    if let end = whole.lastIndex(of: UInt8(ascii: "\n")) {
      whole.removeSubrange((end + 1)...)
    } else {
      whole = []
    }
    guard ftruncate(file, whole.count) == 0 else { throw RecordLog.failure("mend", path) }
    for (number, text) in whole.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let record = BookRecord(line: String(decoding: text, as: UTF8.self)) else {
        throw OpenError(description: "\(path): line \(number + 1) is damaged")
      }
      take(record)
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// Returns false when the record may or may not be there after a crash.
  func append(_ record: BookRecord) -> Bool {
    var text = record.line + "\n"
    let written = text.withUTF8 { write(file, $0.baseAddress, $0.count) == $0.count }
    return written && fdatasync(file) == 0
  }

  private func readAll(_ path: String) throws(OpenError) -> [UInt8] {
    var whole: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = pread(file, &buffer, buffer.count, whole.count)
      guard count >= 0 else { throw RecordLog.failure("read", path) }
      if count == 0 { return whole }
      whole += buffer[..<count]
    }
  }

  private static func failure(_ action: String, _ path: String) -> OpenError {
    OpenError(description: "cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}
