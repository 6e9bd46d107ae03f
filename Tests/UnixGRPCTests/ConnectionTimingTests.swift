import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import UnixGRPC

/// Time-outs of a connection, on a clock that the test moves.
@Suite("A server connection, as time passes,")
struct ConnectionTimingTests {
  private let channel = EmbeddedChannel()
  private var loop: EmbeddedEventLoop { channel.embeddedEventLoop }

  /// A connection of a server with one method.
  private func open(_ timing: ConnectionTiming, greets: Bool = true) throws {
    let echo = MethodDefinition("Unary", .unary { request, _ in request })
    let core = ServerCore(
      services: [ServiceDefinition(name: "test.Echo", methods: [echo])],
      configuration: .init(socketPath: "unused"),
      logger: Logger(label: "test")
    )
    let transport = HTTP2Transport(role: .server, limits: ConnectionLimits(), timing: timing, eventLoop: loop)
    let connection = ServerConnection(
      peer: PeerCredentials(processID: 1, userID: 1, groupID: 1),
      server: core,
      transport: transport,
      executor: EventLoopTaskExecutor(eventLoop: loop)
    ) { _ in }
    transport.attach(connection)
    try channel.pipeline.syncOperations.addHandler(transport)
    try channel.connect(to: try SocketAddress(unixDomainSocketPath: "unused")).wait()
    if greets { try receive(RawHTTP2Connection.clientPreface()) }
    _ = try sentFrames()
  }

  private func receive(_ bytes: [UInt8]) throws {
    if channel.isActive { try channel.writeInbound(ByteBuffer(bytes: bytes)) }
  }

  private func sentFrames() throws -> [HTTP2Frame] {
    var bytes: ArraySlice<UInt8> = []
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) { bytes += buffer.readableBytesView }
    var frames: [HTTP2Frame] = []
    while let frame = HTTP2Frame.take(from: &bytes) { frames.append(frame) }
    return frames
  }

  @Test(
    "closes when the preface has not come in time, and not before",
    arguments: [[], Array(HTTP2Frame.preface.dropLast())]
  )
  func preface(bytes: [UInt8]) throws {
    try open(ConnectionTiming(prefaceTimeout: .seconds(10)), greets: false)
    try receive(bytes)
    loop.advanceTime(by: .seconds(9))
    #expect(channel.isActive)
    loop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test("stays open after the preface, though the peer says nothing, when there is neither keepalive nor idle time-out")
  func silence() throws {
    try open(ConnectionTiming())
    loop.advanceTime(by: .hours(1000))
    #expect(channel.isActive)
    let sent = try sentFrames()
    #expect(sent.isEmpty)
  }

  @Test("asks a silent peer for a sign of life, and closes when none comes")
  func keepalive() throws {
    try open(ConnectionTiming(keepaliveInterval: .seconds(60), keepaliveTimeout: .seconds(20)))
    // What the peer said in its greeting counts for the first interval.
    loop.advanceTime(by: .seconds(119))
    var pings = try sentFrames().count { $0.isA(.ping) }
    #expect(pings == 0)
    loop.advanceTime(by: .seconds(1))
    pings = try sentFrames().count { $0.isA(.ping) }
    #expect(pings == 1)
    loop.advanceTime(by: .seconds(19))
    #expect(channel.isActive)
    loop.advanceTime(by: .seconds(1))
    #expect(!channel.isActive)
  }

  @Test(
    "keeps a silent peer that gives signs of life, until it has been idle for too long, then says GOAWAY and closes"
  )
  func idleness() throws {
    try open(
      ConnectionTiming(keepaliveInterval: .seconds(60), keepaliveTimeout: .seconds(20), idleTimeout: .seconds(3600))
    )
    var sent: [HTTP2Frame] = []
    var minutes = 0
    while channel.isActive, minutes < 1000 {
      sent += try passOneMinuteAnsweringPings()
      minutes += 1
    }
    let goAway = sent.last { $0.isA(.goAway) }
    #expect(!channel.isActive)
    #expect(goAway?.errorCode == 0)
    #expect((60...130).contains(minutes), "\(minutes)")
  }

  private func passOneMinuteAnsweringPings() throws -> [HTTP2Frame] {
    var sent: [HTTP2Frame] = []
    for _ in 0..<6 {
      loop.advanceTime(by: .seconds(10))
      let frames = try sentFrames()
      for frame in frames where frame.isA(.ping) {
        try receive(HTTP2Frame.ping(frame.payload, acknowledges: true).bytes)
      }
      sent += frames
    }
    return sent
  }

  @Test("is not idle while a call is open")
  func busy() throws {
    try open(
      ConnectionTiming(keepaliveInterval: .seconds(60), keepaliveTimeout: .seconds(20), idleTimeout: .seconds(120))
    )
    // A call whose request has not ended.
    try receive(HTTP2Frame.headers(1, RawHTTP2Connection.requestFields).bytes)
    for _ in 0..<100 { _ = try passOneMinuteAnsweringPings() }
    #expect(channel.isActive)
  }
}
