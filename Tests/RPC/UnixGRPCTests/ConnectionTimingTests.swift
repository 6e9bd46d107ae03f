import Synchronization
import Testing

@testable import UnixGRPC

/// Timeouts of a connection, on a clock controlled by the test.
@Suite("A server connection with timeouts")
struct ConnectionTimingTests {
  /// A connection of a server with one method.
  private func open(_ timing: ConnectionTiming, greets: Bool = true) throws -> SteppedConnection {
    let echo = MethodDefinition("Unary", .unary { request, _ in request })
    let connection = try SteppedConnection(timing, services: [ServiceDefinition(name: "test.Echo", methods: [echo])])
    if greets { connection.receive(RawHTTP2Connection.clientPreface()) }
    _ = connection.sentFrames()
    return connection
  }

  @Test(
    "closes when the preface does not arrive in time, and not before",
    arguments: [[], Array(HTTP2Frame.preface.dropLast())]
  )
  func preface(bytes: [UInt8]) throws {
    let connection = try open(ConnectionTiming(prefaceTimeout: .seconds(10)), greets: false)
    connection.receive(bytes)
    connection.pass(.seconds(9))
    #expect(connection.isOpen)
    connection.pass(.seconds(1))
    #expect(!connection.isOpen)
  }

  @Test("stays open with a silent peer after the preface if there is neither keepalive nor idle timeout")
  func silence() throws {
    let connection = try open(ConnectionTiming())
    connection.pass(.seconds(3_600_000))
    #expect(connection.isOpen)
    let sent = connection.sentFrames()
    #expect(sent.isEmpty)
  }

  @Test("sends a PING to a silent peer, and closes if it is not answered")
  func keepalive() throws {
    let connection = try open(ConnectionTiming(keepaliveInterval: .seconds(60), keepaliveTimeout: .seconds(20)))
    // The peer's preface counts as activity in the first interval.
    connection.pass(.seconds(119))
    var pings = connection.sentFrames().count { $0.isA(.ping) }
    #expect(pings == 0)
    connection.pass(.seconds(1))
    pings = connection.sentFrames().count { $0.isA(.ping) }
    #expect(pings == 1)
    connection.pass(.seconds(19))
    #expect(connection.isOpen)
    connection.pass(.seconds(1))
    #expect(!connection.isOpen)
  }

  @Test(
    "keeps a peer that answers PINGs until the idle timeout, then sends GOAWAY and closes"
  )
  func idleness() throws {
    let connection = try open(
      ConnectionTiming(keepaliveInterval: .seconds(60), keepaliveTimeout: .seconds(20), idleTimeout: .seconds(3600))
    )
    var sent: [HTTP2Frame] = []
    var minutes = 0
    while connection.isOpen, minutes < 1000 {
      sent += passOneMinuteAnsweringPings(connection)
      minutes += 1
    }
    let goAway = sent.last { $0.isA(.goAway) }
    #expect(!connection.isOpen)
    #expect(goAway?.errorCode == 0)
    #expect((60...130).contains(minutes), "\(minutes)")
  }

  private func passOneMinuteAnsweringPings(_ connection: SteppedConnection) -> [HTTP2Frame] {
    var sent: [HTTP2Frame] = []
    for _ in 0..<6 {
      connection.pass(.seconds(10))
      let frames = connection.sentFrames()
      for frame in frames where frame.isA(.ping) {
        connection.receive(HTTP2Frame.ping(frame.payload, acknowledges: true).bytes)
      }
      sent += frames
    }
    return sent
  }

  @Test("is not idle while a call is open")
  func busy() throws {
    let connection = try open(
      ConnectionTiming(keepaliveInterval: .seconds(60), keepaliveTimeout: .seconds(20), idleTimeout: .seconds(120))
    )
    // A call whose request has not ended.
    connection.receive(HTTP2Frame.headers(1, RawHTTP2Connection.requestFields).bytes)
    for _ in 0..<100 { _ = passOneMinuteAnsweringPings(connection) }
    #expect(connection.isOpen)
  }

  // MARK: Shutdown

  private final class Replies: Sendable {
    private let replies = Mutex<[UnaryReply]>([])
    func append(_ reply: UnaryReply) { replies.withLock { $0.append(reply) } }
    func sendAll(_ message: [UInt8]) { replies.withLock { $0 }.forEach { $0.succeed(message) } }
  }

  /// A connection whose one call is answered when the test says so.
  private func openWithACall(_ replies: Replies, window: UInt32 = 1 << 30) throws -> SteppedConnection {
    let method = MethodDefinition("Unary", .deferredUnary { _, _, reply in replies.append(reply) })
    let connection = try SteppedConnection(
      ConnectionTiming(),
      services: [ServiceDefinition(name: "test.Echo", methods: [method])]
    )
    connection.receive(RawHTTP2Connection.clientPreface(window: window))
    connection.receive(HTTP2Frame.headers(1, RawHTTP2Connection.requestFields).bytes)
    connection.receive(HTTP2Frame.data(1, grpcMessage([]), endStream: true).bytes)
    _ = connection.sentFrames()
    return connection
  }

  @Test("waits at shutdown for its own work, however silent the peer is, and then no longer for the peer")
  func ownWork() throws {
    let replies = Replies()
    let connection = try openWithACall(replies)
    connection.connection.drain()
    connection.pass(.seconds(600))
    #expect(connection.isOpen)
    replies.sendAll([7])
    for _ in 0..<3 { connection.pass(.milliseconds(250)) }
    let answer = connection.sentFrames().first { $0.isA(.data) }
    #expect(answer?.payload == grpcMessage([7]))
    #expect(connection.isOpen)
    for _ in 0..<3 { connection.pass(.milliseconds(250)) }
    #expect(!connection.isOpen)
  }

  @Test("waits at shutdown for a peer that goes on reading, and a second longer for one that has stopped")
  func readingPeer() throws {
    let replies = Replies()
    let connection = try openWithACall(replies, window: 100)
    replies.sendAll([UInt8](repeating: 7, count: 10_000))
    connection.connection.drain()
    var received = 0
    for _ in 0..<50 {
      connection.pass(.milliseconds(900))
      #expect(connection.isOpen)
      received += connection.sentFrames().filter { $0.isA(.data) }.map(\.payload.count).reduce(0, +)
      connection.receive(HTTP2Frame.windowUpdate(1, 100).bytes)
    }
    #expect(received >= 4900)
    for _ in 0..<3 { connection.pass(.milliseconds(250)) }
    #expect(connection.isOpen)
    for _ in 0..<3 { connection.pass(.milliseconds(250)) }
    #expect(!connection.isOpen)
    let last = connection.sentFrames().last { $0.isA(.goAway) }
    #expect(last?.errorCode == 0)
  }
}
