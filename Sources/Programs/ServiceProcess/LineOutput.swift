import Glibc

/// Writes lines to a descriptor that may fail temporarily, such as a pipe without a reader or a file on a full disk.
///
/// Lines that could not be written are counted, and the next successful write begins with their number.
struct LineOutput {
  /// Like write(2): returns how many bytes were written, or the negated errno.
  typealias Write = (UnsafeRawBufferPointer) -> Int

  private let write: Write
  /// Returns the line that reports a number of dropped lines.
  private let notice: (Int) -> [UInt8]
  private var droppedLines = 0
  /// Whether the last write ended inside a line. The next one then begins with a line feed.
  private var isInsideLine = false

  init(notice: @escaping (Int) -> [UInt8], write: @escaping Write) {
    self.notice = notice
    self.write = write
  }

  /// Writes a chunk, or counts the lines that could not be written.
  mutating func put(_ chunk: LineQueue.Chunk) {
    droppedLines += chunk.missingLines
    var bytes: [UInt8] = isInsideLine ? [Self.lineFeed] : []
    if droppedLines > 0 { bytes += notice(droppedLines) }
    let headSize = bytes.count
    bytes += chunk.bytes

    let written = writeAll(bytes)
    if written > 0 { isInsideLine = bytes[written - 1] != Self.lineFeed }
    if written >= headSize { droppedLines = 0 }
    droppedLines += bytes[max(written, headSize)...].count { $0 == Self.lineFeed }
  }

  /// Returns how many bytes were written before the first error.
  private func writeAll(_ bytes: [UInt8]) -> Int {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[written...])) }
      if count > 0 { written += count } else if count != -Int(EINTR) { return written }
    }
    return written
  }

  private static let lineFeed = UInt8(ascii: "\n")
}

extension LineOutput {
  /// Writes to a descriptor. Blocks if the descriptor blocks.
  init(descriptor: Int32, notice: @escaping (Int) -> [UInt8]) {
    self.init(notice: notice) { bytes in
      let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      if count >= 0 { return count }
      let error = errno
      guard error == EAGAIN else { return -Int(error) }
      // A process that shares the descriptor has made it non-blocking.
      var readiness = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      poll(&readiness, 1, -1)
      return -Int(EINTR)
    }
  }
}
