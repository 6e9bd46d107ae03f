import Glibc

/// A buffer of bytes to be written to a socket, in order.
struct UnsentBytes {
  /// Capacity in bytes above which the buffer is freed instead of reused.
  private static let retained = 64 * 1024

  private var bytes: [UInt8] = []
  private var start = 0

  enum Write {
    case all
    /// The socket's buffer is full.
    case some
    case failed(errno: Int32)
  }

  var count: Int { bytes.count - start }
  var isEmpty: Bool { start == bytes.count }

  mutating func append(_ more: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: more) }

  /// Writes until the buffer is empty or the socket's buffer is full.
  mutating func write(to descriptor: Int32) -> Write {
    while !isEmpty {
      let sent = bytes.withUnsafeBytes { bytes in
        send(descriptor, bytes.baseAddress! + start, bytes.count - start, Int32(MSG_NOSIGNAL))
      }
      if sent > 0 {
        start += sent
      } else if errno == EAGAIN {
        return .some
      } else if errno != EINTR {
        return .failed(errno: errno)
      }
    }
    start = 0
    bytes.removeAll(keepingCapacity: bytes.capacity <= Self.retained)
    return .all
  }
}
