import Glibc

/// Bytes on their way into a socket, in order.
struct UnsentBytes {
  /// An allocation larger than this is not kept for the next bytes.
  private static let retained = 64 * 1024

  private var bytes: [UInt8] = []
  private var start = 0

  enum Write {
    case all
    /// The socket takes no more now.
    case some
    case failed(errno: Int32)
  }

  var count: Int { bytes.count - start }
  var isEmpty: Bool { start == bytes.count }

  mutating func append(_ more: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: more) }

  /// Writes what the socket takes.
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
