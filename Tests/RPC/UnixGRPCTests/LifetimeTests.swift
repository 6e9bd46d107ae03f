import Logging
import Testing

@testable import UnixGRPC

@Suite("The memory of a connection")
struct LifetimeTests {
  private final class Weak<Object: AnyObject> {
    weak var object: Object?
    init(_ object: Object) { self.object = object }
  }

  private static let services = [
    ServiceDefinition(
      name: "test.Echo",
      methods: [
        MethodDefinition("Unary", .unary { request, _ in request }),
        MethodDefinition(
          "Collect",
          .clientStreaming { requests, _ in
            for try await _ in requests {}
            return []
          }
        ),
      ]
    )
  ]

  enum End: CaseIterable { case disconnected, drained, cutOff }

  @Test("is released on the server when the connection ends, whatever was open", arguments: End.allCases)
  func server(end: End) throws {
    var stepped: SteppedConnection? = try SteppedConnection(
      ConnectionTiming(keepaliveInterval: .seconds(60)),
      services: Self.services
    )
    let connection = Weak(try #require(stepped?.connection))
    let transport = Weak(try #require(stepped?.transport))
    let timeout = [("grpc-timeout", "1H")]
    let unary = HPACK.encode(RawHTTP2Connection.requestFields + timeout)
    let stream = HPACK.encode(RawHTTP2Connection.fields(of: "Collect") + timeout)
    // A partial message, and a handler that waits for more.
    stepped?.receive(
      RawHTTP2Connection.clientPreface() + HTTP2Frame.headerBlock(1, unary)
        + HTTP2Frame.data(1, [0, 0]).bytes + HTTP2Frame.headerBlock(3, stream)
        + HTTP2Frame.data(3, grpcMessage([1])).bytes
    )
    #expect(stepped?.connection.isIdle == false)
    switch end {
    case .disconnected: stepped?.disconnect()
    case .drained:
      // The client never answers the PING of the drain.
      stepped?.connection.drain()
      stepped?.disconnect()
    case .cutOff:
      stepped?.receive(Array("this is no HTTP/2 frame at all".utf8))
      stepped?.disconnect()
    }
    #expect(stepped?.isOpen == false)
    stepped = nil
    #expect(connection.object == nil)
    #expect(transport.object == nil)
  }

  @Test("is released at once if the client has gone before its connection is accepted")
  func connectAndClose() throws {
    let timing = ConnectionTiming(keepaliveInterval: .seconds(60))
    let first = try SteppedConnection(timing, services: Self.services)
    var connections: [Weak<ServerConnection>] = []
    var transports: [Weak<HTTP2Transport>] = []
    for _ in 0..<100 {
      let stepped = try SteppedConnection(timing, services: Self.services, sharingLoopOf: first, peerIsGone: true)
      #expect(!stepped.isOpen)
      connections.append(Weak(stepped.connection))
      transports.append(Weak(stepped.transport))
    }
    first.turn()
    #expect(connections.count { $0.object != nil } == 0)
    #expect(transports.count { $0.object != nil } == 0)
  }

  @Test("is released if the client goes while it is asked whether it is there")
  func goneAtKeepalive() throws {
    let first = try SteppedConnection(services: Self.services)
    var stepped: SteppedConnection? = try SteppedConnection(
      ConnectionTiming(keepaliveInterval: .seconds(60)),
      services: Self.services,
      sharingLoopOf: first
    )
    let transport = Weak(try #require(stepped?.transport))
    // The timer is due in the turn in which the end of the connection is to be read.
    stepped?.closeReading()
    stepped?.pass(.seconds(61))
    #expect(stepped?.isOpen == false)
    stepped = nil
    first.turn()
    #expect(transport.object == nil)
  }

  @Test("is released if the connection was never started")
  func neverStarted() throws {
    let loop = try EventLoop()
    func make() -> Weak<ServerConnection> {
      let core = ServerCore(
        services: Self.services,
        configuration: .init(socketPath: "unused"),
        logger: Logger(label: "test")
      )
      let transport = HTTP2Transport(
        role: .server,
        limits: ConnectionLimits(),
        timing: ConnectionTiming(),
        eventLoop: loop
      )
      let peer = PeerCredentials(processID: 1, userID: 1, groupID: 1)
      let connection = ServerConnection(peer: peer, server: core, transport: transport, eventLoop: loop) { _ in }
      return withExtendedLifetime(connection) { Weak(connection) }
    }
    #expect(make().object == nil)
  }

  @Test("is released on the client when the connection is closed or abandoned", arguments: [true, false])
  func client(closes: Bool) async throws {
    let loop = try EventLoop()
    let stopped = Latch(count: 1)
    loop.start(name: "test-loop") { stopped.countDown() }
    try await withServer(services: Self.services) { path, _ in
      let (connection, transport, connector) = try await Self.useClient(at: path, on: loop, closes: closes)
      // The loop releases the last references in a turn or two; the server's GOAWAY takes slightly longer.
      for _ in 0..<10_000 where connection.object != nil || transport.object != nil || connector.object != nil {
        await withCheckedContinuation { continuation in loop.execute { continuation.resume() } }
      }
      #expect(connection.object == nil)
      #expect(transport.object == nil)
      #expect(connector.object == nil)
    }
    loop.stop()
    await stopped.wait()
  }

  /// Leaves a call with a deadline and a stream open.
  private static func useClient(
    at path: String,
    on loop: EventLoop,
    closes: Bool
  ) async throws -> (Weak<ClientConnection>, Weak<HTTP2Transport>, Weak<ClientConnector>) {
    let connector = ClientConnector(target: .path(path), configuration: GRPCClient.Configuration(), eventLoop: loop)
    let connection = try await connector.connection(waitsForReady: false, deadline: nil)
    func call(_ method: MethodName, unaryRequest: [UInt8]?) throws -> ClientCall {
      ClientCall(
        headers: try RequestHeaders().headers(method, options: CallOptions(), timeout: .seconds(3600)),
        unaryRequest: unaryRequest,
        compressesRequests: false,
        deadline: .now + .seconds(3600),
        maximumMessageSize: 1000
      )
    }
    let answer = try await connection.unary(try call(.echo("Unary"), unaryRequest: [1]))
    #expect(answer.message == [1])
    let streaming = try call(.echo("Collect"), unaryRequest: nil)
    let events = ResponseEvents { connection.post(.drained(streaming)) }
    let gate = OutboundGate()
    streaming.receiver = .stream(events)
    streaming.gate = gate
    connection.post(.start(streaming))
    let handle = StreamingCallHandle(call: streaming, connection: connection, events: events, gate: gate)
    try await StreamingCall(handle: handle).send([1])
    if closes {
      handle.cancel()
      await connector.close()
    } else {
      connector.abandon()
    }
    return (Weak(connection), Weak(connection.transport), Weak(connector))
  }
}
