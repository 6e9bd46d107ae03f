import Foundation

/// A connection to a daemon's socket that sends the bytes it is told to, sound or not.
package final class RawCaller: Sendable {
  private let descriptor: Int32

  /// What became of bytes that were sent.
  package enum Delivery {
    case sent
    /// The daemon did not take them in time; a part of them may be on its way.
    case notTaken
    /// The daemon has closed the connection.
    case closed
  }

  /// - Parameter patience: How long a send or a read waits for the daemon.
  package init(connectingTo path: String, patience: Duration = .seconds(20)) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO) }
    let (seconds, attoseconds) = patience.components
    var time = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// Sends everything, and waits for the daemon to take it. Returns false if it has not.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool { deliver(bytes) == .sent }

  /// Sends everything, and waits for the daemon to take it.
  package func deliver(_ bytes: [UInt8]) -> Delivery {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EAGAIN { return .notTaken }
      guard count > 0 else { return .closed }
      sent += count
    }
    return .sent
  }

  /// Whether the daemon has sent its first bytes rather than closed.
  package func isGreeted() -> Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) == 1
  }

  /// Takes what the daemon has sent, without waiting for more.
  package func drain() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
  }

  /// Reads until `isEnough` of what came, or until the daemon has closed.
  package func read(until isEnough: ([UInt8]) -> Bool = { _ in false }) -> [UInt8] {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isEnough(all) {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      all += buffer[..<count]
    }
    return all
  }

  package func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  // MARK: Frames

  /// A client's first bytes: wide windows, and no header table for the daemon.
  package static let preface =
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, 0, [0, 1, 0, 0, 0, 0, 0, 4, 0x40, 0, 0, 0])
    + frame(4, 1, 0, []) + frame(8, 0, 0, [0x40, 0, 0, 0])

  package static func frame(_ kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let length = [payload.count >> 16, payload.count >> 8, payload.count].map { UInt8($0 & 0xFF) }
    let number = [stream >> 24, stream >> 16, stream >> 8, stream].map { UInt8($0 & 0xFF) }
    return length + [kind, flags] + number + payload
  }

  /// A HEADERS frame of a call, with fields without compression; names and values have fewer than 127 bytes.
  package static func headers(_ stream: UInt32, path: String, adding more: [(String, String)] = [], ends: Bool = false)
    -> [UInt8]
  {
    let fields =
      [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("te", "trailers"),
        ("content-type", "application/grpc"),
      ] + more
    let block = fields.flatMap { field -> [UInt8] in
      [0, UInt8(field.0.utf8.count)] + Array(field.0.utf8) + [UInt8(field.1.utf8.count)] + Array(field.1.utf8)
    }
    return frame(1, ends ? 5 : 4, stream, block)
  }

  /// DATA frames with these bytes, which do not end their stream.
  package static func data(_ stream: UInt32, _ bytes: [UInt8]) -> [UInt8] {
    stride(from: 0, to: bytes.count, by: maximumPayload).flatMap { start in
      frame(0, 0, stream, Array(bytes[start..<min(start + maximumPayload, bytes.count)]))
    }
  }

  /// The default SETTINGS_MAX_FRAME_SIZE, in bytes.
  private static let maximumPayload = 16_384

  package static func message(_ payload: [UInt8], isCompressed: Bool) -> [UInt8] {
    let length = UInt32(payload.count)
    return [isCompressed ? 1 : 0] + [length >> 24, length >> 16, length >> 8, length].map { UInt8($0 & 0xFF) } + payload
  }
}
