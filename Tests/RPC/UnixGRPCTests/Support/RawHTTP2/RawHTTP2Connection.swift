import Foundation

@testable import UnixGRPC

/// One end of a Unix socket that sends the bytes given by the test, and reads only on request.
///
/// Blocking calls run on the connection's own queues, so that they block no task. `@unchecked Sendable`: the read state
/// is accessed on `reading` only, and the descriptor is closed by `deinit` only.
final class RawHTTP2Connection: @unchecked Sendable {
  /// Seconds of silence from the peer after which the test fails.
  static let patience: Int = 20

  struct SilentPeer: Error {}

  let descriptor: Int32
  private let reading = DispatchQueue(label: "raw connection, reading")
  private let writing = DispatchQueue(label: "raw connection, writing")
  private var unparsed: ArraySlice<UInt8> = []

  /// Takes ownership of a connected socket.
  init(descriptor: Int32) {
    self.descriptor = descriptor
    Self.limitPatience(of: descriptor)
  }

  /// Sets timeouts, so that no system call on the socket blocks forever.
  static func limitPatience(of descriptor: Int32) {
    var patience = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  convenience init(connectingTo path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let result = try SocketAddress(path: path).withSockAddr { connect(descriptor, $0, $1) }
    guard result == 0 else {
      defer { close(descriptor) }
      throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO)
    }
    self.init(descriptor: descriptor)
  }

  deinit { close(descriptor) }

  /// Sends `bytes` until the peer closes. Returns whether all of them were sent.
  @discardableResult
  func send(_ bytes: [UInt8]) async -> Bool {
    await withCheckedContinuation { continuation in
      writing.async { [self] in
        var sent = 0
        while sent < bytes.count {
          let count = bytes.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
          }
          if count < 0 { break }
          sent += count
        }
        continuation.resume(returning: sent == bytes.count)
      }
    }
  }

  @discardableResult
  func send(_ frames: HTTP2Frame...) async -> Bool { await send(frames.flatMap(\.bytes)) }

  /// Closes the sending direction.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  func closeBothWays() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Returns the next bytes; empty at the end.
  private func readSome() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0 {
      if errno == EAGAIN { throw SilentPeer() }
      return []
    }
    return Array(buffer[..<count])
  }

  private func onReadingQueue<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result
  {
    try await withCheckedThrowingContinuation { continuation in
      reading.async { continuation.resume(with: Swift.Result { try body() }) }
    }
  }

  /// Returns the next frame, or `nil` if the peer has closed.
  func frame() async throws -> HTTP2Frame? {
    try await onReadingQueue { [self] in
      while true {
        if let frame = HTTP2Frame.take(from: &unparsed) { return frame }
        let bytes = try readSome()
        if bytes.isEmpty { return nil }
        unparsed += bytes
      }
    }
  }

  /// Returns the next frame that satisfies `isWanted`, dropping others; `nil` if the peer closes first.
  func frame(where isWanted: (HTTP2Frame) -> Bool) async throws -> HTTP2Frame? {
    while let frame = try await frame() {
      if isWanted(frame) { return frame }
    }
    return nil
  }

  /// Reads until the peer closes, and returns all frames.
  @discardableResult
  func framesUntilClose() async throws -> [HTTP2Frame] {
    var frames: [HTTP2Frame] = []
    while let frame = try await frame() { frames.append(frame) }
    return frames
  }

  /// Skips raw bytes that are not HTTP/2.
  func skip(byteCount: Int) async throws {
    try await onReadingQueue { [self] in
      while unparsed.count < byteCount {
        let bytes = try readSome()
        if bytes.isEmpty { return }
        unparsed += bytes
      }
      unparsed = unparsed.dropFirst(byteCount)
    }
  }
}

/// A listening socket whose connections the test serves.
final class RawHTTP2Listener: Sendable {
  let descriptor: Int32
  private let queue = DispatchQueue(label: "raw listener")

  init(path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let result = try SocketAddress(path: path).withSockAddr { bind(descriptor, $0, $1) }
    RawHTTP2Connection.limitPatience(of: descriptor)
    guard result == 0, listen(descriptor, 64) == 0 else { throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO) }
  }

  deinit { close(descriptor) }

  func accept() async throws -> RawHTTP2Connection {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { [self] in
        let accepted = Glibc.accept(descriptor, nil, nil)
        if accepted < 0 {
          continuation.resume(throwing: RawHTTP2Connection.SilentPeer())
        } else {
          continuation.resume(returning: RawHTTP2Connection(descriptor: accepted))
        }
      }
    }
  }
}
