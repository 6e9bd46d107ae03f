import Glibc
import Ledger
import LedgerEngine
import SystemCalls

/// The file in the data directory that keeps the mark of the ledger's clock for the next process.
///
/// A mark is valid until the host reboots, so the file needs no sync. Without it, only the wall clock tells how long the
/// ledger was closed.
struct ClockMarkFile {
  private let path: String
  private let host: String?

  init(dataDirectory: String) {
    path = dataDirectory + "/clock"
    host = Self.runningHost
  }

  /// The saved mark. Nil if the host has rebooted since, or the file cannot be read.
  var mark: ClockMark? {
    let fields = Self.text(of: path)?.split(separator: " ") ?? []
    guard fields.count == 2, let host, fields[0] == host, let hostStart = Int64(fields[1]) else { return nil }
    return ClockMark(hostStart: LedgerTime(microseconds: hostStart))
  }

  /// Saves a mark. If that fails, the next process has none.
  func save(_ mark: ClockMark) {
    guard let host else { return }
    let text = "\(host) \(mark.hostStart.microseconds)\n"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    defer { close(file) }
    try? ByteStream.writeAll(Array(text.utf8)[...], to: file)
  }

  /// Identifies the boot, and the time namespace (time_namespaces(7)), which may have another CLOCK_BOOTTIME.
  private static var runningHost: String? {
    guard let start = text(of: "/proc/sys/kernel/random/boot_id") else { return nil }
    var link = [UInt8](repeating: 0, count: 64)
    let count = readlink("/proc/self/ns/time", &link, link.count)
    return start + "/" + String(decoding: link.prefix(max(0, count)), as: UTF8.self)
  }

  /// Returns the text of a short file, without its final newline.
  private static func text(of path: String) -> String? {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard let bytes = try? ByteStream.readChunk(from: file), bytes.last == UInt8(ascii: "\n") else { return nil }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }
}
