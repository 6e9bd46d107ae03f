import Foundation
import Logging
import Synchronization
import Testing

@testable import UnixGRPC

/// A server connection with a clock and an event loop that the test advances.
final class SteppedConnection {
  private final class MovedClock: Sendable {
    private let nanoseconds = Atomic<Int64>(1_000_000_000)
    var time: MonotonicTime { MonotonicTime(nanoseconds: nanoseconds.load(ordering: .relaxed)) }
    func move(by duration: Duration) { nanoseconds.add(duration.wholeNanoseconds, ordering: .relaxed) }
  }

  private let clock: MovedClock
  private let loop: EventLoop
  let transport: HTTP2Transport
  let connection: ServerConnection
  /// The client's socket.
  private let peer: Int32
  private var unparsed: ArraySlice<UInt8> = []

  /// - Parameters:
  ///   - other: A connection whose event loop, clock and user this one shares.
  ///   - userMemory: The limit of the user's memory, in bytes.
  ///   - peerIsGone: Whether the client has closed its socket before the server has seen the connection.
  init(
    _ timing: ConnectionTiming = ConnectionTiming(),
    services: [ServiceDefinition],
    sharingLoopOf other: SteppedConnection? = nil,
    userMemory: Int = UserLimits.usual.bytes,
    peerIsGone: Bool = false
  ) throws {
    let clock = other?.clock ?? MovedClock()
    self.clock = clock
    loop = try other?.loop ?? EventLoop(clock: { clock.time })
    var ends: [Int32] = [-1, -1]
    try #require(
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
    )
    peer = ends[0]
    let core = ServerCore(
      services: services,
      configuration: .init(socketPath: "unused"),
      logger: Logger(label: "test")
    )
    transport = HTTP2Transport(role: .server, limits: ConnectionLimits(), timing: timing, eventLoop: loop)
    connection = ServerConnection(
      peer: PeerCredentials(processID: 1, userID: 1, groupID: 1),
      server: core,
      transport: transport,
      eventLoop: loop,
      account: other?.connection.account
        ?? UserAccount(limit: userMemory, streamWindow: Int(ConnectionLimits().streamWindow), eventLoop: loop)
    ) { _ in }
    if peerIsGone { shutdown(peer, Int32(SHUT_RDWR)) }
    loop.turn(mayWait: false)
    try transport.start(connection, socket: OwnedDescriptor(takingOwnershipOf: ends[1]))
  }

  deinit {
    transport.close(nil)
    close(peer)
  }

  var isOpen: Bool { transport.isOpen }

  func receive(_ bytes: [UInt8]) {
    guard isOpen, !bytes.isEmpty else { return }
    arrive(bytes)
    takeTurns()
  }

  /// As `receive(_:)`, for more bytes than a socket holds.
  func receiveInPieces(_ bytes: [UInt8]) {
    for start in stride(from: 0, to: bytes.count, by: 32_768) {
      receive(Array(bytes[start..<min(start + 32_768, bytes.count)]))
    }
  }

  /// Has bytes arrive at the server's socket without a turn of its loop.
  func arrive(_ bytes: [UInt8]) {
    #expect(send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
  }

  /// Has the loop take one turn.
  func turn() { loop.turn(mayWait: false) }

  /// The number of turns until the server has sent a frame that `isWanted`; nil if that takes more than `limit`.
  func turns(until isWanted: (HTTP2Frame) -> Bool, limit: Int = 10_000) -> Int? {
    for count in 1...limit {
      turn()
      if sentFrames().contains(where: isWanted) { return count }
    }
    return nil
  }

  /// Closes the client's socket.
  func disconnect() {
    shutdown(peer, Int32(SHUT_RDWR))
    takeTurns()
  }

  /// Closes the client's socket for reading only, so that the server notices when it writes.
  func closeReading() { shutdown(peer, Int32(SHUT_RD)) }

  /// Advances the clock, in steps of a second unless there are too many.
  func pass(_ duration: Duration) {
    let steps = duration <= .seconds(3600) ? max(1, Int(duration.components.seconds)) : 1
    for _ in 0..<steps {
      clock.move(by: duration / steps)
      takeTurns()
    }
  }

  private func takeTurns() { for _ in 0..<3 { loop.turn(mayWait: false) } }

  /// Returns the frames that the server has sent since the last call.
  func sentFrames() -> [HTTP2Frame] {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(peer, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      unparsed += buffer[..<count]
    }
    var frames: [HTTP2Frame] = []
    while let frame = HTTP2Frame.take(from: &unparsed) { frames.append(frame) }
    return frames
  }
}
