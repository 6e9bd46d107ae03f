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
}
