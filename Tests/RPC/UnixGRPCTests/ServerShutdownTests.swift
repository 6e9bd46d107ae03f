import Foundation
import Synchronization
import Testing

@testable import UnixGRPC

@Suite("A server at shutdown")
struct ServerShutdownTests {
  private static func named(_ name: UInt8) -> MethodDefinition {
    MethodDefinition("Unary", .unary { _, _ in [name] })
  }

  @Test("lets a running call finish, while new calls of the same client reach its successor without an error")
  func handOver() async throws {
    let directory = try TemporaryDirectory()
    let link = directory("link")
    let (starts, started) = AsyncStream<Void>.makeStream()
    let (releases, release) = AsyncStream<Void>.makeStream()
    let slow = MethodDefinition(
      "Slow",
      .unary { _, _ in
        started.yield()
        for await _ in releases { break }
        return [1]
      }
    )
    try await withServer([Self.named(2)]) { newPath, _ in
      try await withServer([Self.named(1), slow]) { oldPath, old in
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: oldPath)
        let client = GRPCClient(socketPath: link)
        async let running = client.unary(.echo("Slow"), [])
        for await _ in starts { break }
        try FileManager.default.removeItem(atPath: link)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: newPath)
        old.beginGracefulShutdown()
        // The old server completes calls in flight when the shutdown began; none fails.
        var answer: [UInt8] = []
        repeat { answer = try await client.unary(.echo("Unary"), []).message } while answer == [1]
        #expect(answer == [2])
        release.yield()
        let last = try await running.message
        #expect(last == [1])
        await client.close()
      }
    }
  }

  @Test("closes calls that do not end within the drain timeout, and cancels their handlers")
  func drainTimeout() async throws {
    let (starts, started) = AsyncStream<Void>.makeStream()
    let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
    let stuck = MethodDefinition(
      "Stuck",
      .unary { _, _ in
        started.yield()
        do { try await Task.sleep(for: .seconds(600)) } catch { cancelled.yield() }
        return []
      }
    )
    try await withServer([stuck], configure: { $0.drainTimeout = .milliseconds(50) }) { path, server in
      let client = GRPCClient(socketPath: path)
      async let running = client.unary(.echo("Stuck"), [], options: CallOptions(timeout: nil))
      for await _ in starts { break }
      server.beginGracefulShutdown()
      let status: GRPCStatus?
      do {
        _ = try await running
        status = nil
      } catch { status = error as? GRPCStatus }
      #expect(status?.code == .unavailable)
      for await _ in cancellations { break }
      await client.close()
    }
  }

  @Test("sends its last responses completely to a client that reads slowly")
  func slowLastAnswer() async throws {
    let size = 8 << 20
    let (starts, started) = AsyncStream<Void>.makeStream()
    let (releases, release) = AsyncStream<Void>.makeStream()
    let large = MethodDefinition(
      "Unary",
      .unary { _, _ in
        started.yield()
        for await _ in releases { break }
        return [UInt8](repeating: 7, count: size)
      }
    )
    try await withServer([large]) { path, server in
      let connection = try await RawHTTP2Connection.client(to: path)
      await connection.send(.headers(1, RawHTTP2Connection.requestFields), .data(1, grpcMessage([]), endStream: true))
      for await _ in starts { break }
      server.beginGracefulShutdown()
      // The PING precedes the first GOAWAY, which refuses nothing; the second one names the last accepted call.
      var lastCallTaken: UInt32?
      while lastCallTaken != 1, let frame = try await connection.frame() {
        if frame.isA(.ping) { await connection.send(.ping(frame.payload, acknowledges: true)) }
        if frame.isA(.goAway) { lastCallTaken = UInt32(bigEndianBytes: frame.payload[...]) }
      }
      #expect(lastCallTaken == 1)
      // From here on the connection only has to send this response and close.
      release.yield()
      let response = try await connection.response(stream: 1)
      #expect(response.data.count == size + 5)
      #expect(response.status == .ok)
      try await connection.framesUntilClose()
    }
  }

  /// Peers that would hold a shutdown up for ever.
  enum StalledPeer: CaseIterable {
    case sendsNothing, doesNotAcknowledge, sendsHalfARequest, sendsHalfItsHeaders, doesNotReadAStream
    case doesNotReadAnAnswer, doesNotReadItsSocket, sendsNoMoreRequests

    /// Connects, and returns once the server has to wait for it.
    func connect(to path: String, handlerIsRunning: () async -> Void) async throws -> RawHTTP2Connection {
      if self == .sendsNothing { return try RawHTTP2Connection(connectingTo: path) }
      let window: UInt32 = self == .doesNotReadAStream || self == .doesNotReadAnAnswer ? 1000 : 1 << 30
      let connection = try await RawHTTP2Connection.client(to: path, window: window)
      let fields = RawHTTP2Connection.fields(of: method)
      switch self {
      case .sendsNothing, .doesNotAcknowledge: break
      case .sendsHalfARequest: await connection.send(.headers(1, fields), .data(1, [0, 0, 0, 0, 9, 1]))
      case .sendsHalfItsHeaders:
        await connection.send(HTTP2Frame.headers(1, fields, endHeaders: false))
      case .doesNotReadAStream, .doesNotReadAnAnswer, .doesNotReadItsSocket:
        await connection.send(.headers(1, fields), .data(1, grpcMessage([]), endStream: true))
        await handlerIsRunning()
      case .sendsNoMoreRequests:
        await connection.send(.headers(1, fields), .data(1, grpcMessage([])))
        await handlerIsRunning()
      }
      return connection
    }

    private var method: String {
      switch self {
      case .doesNotReadAStream, .doesNotReadItsSocket: "Stream"
      case .sendsNoMoreRequests: "Chat"
      default: "Unary"
      }
    }
  }

  @Test(
    "does not wait for a peer that neither reads nor sends, when only that would end its calls",
    .timeLimit(.minutes(1)),
    arguments: StalledPeer.allCases
  )
  func stalledPeer(peer: StalledPeer) async throws {
    let (starts, started) = AsyncStream<Void>.makeStream()
    let methods = [
      MethodDefinition(
        "Unary",
        .unary { _, _ in
          started.yield()
          return [UInt8](repeating: 1, count: 100_000)
        }
      ),
      MethodDefinition(
        "Stream",
        .serverStreaming { _, responses, _ in
          started.yield()
          while true { try await responses.write([UInt8](repeating: 1, count: 10_000)) }
        }
      ),
      MethodDefinition(
        "Chat",
        .bidirectionalStreaming { requests, _, _ in
          for try await _ in requests { started.yield() }
        }
      ),
    ]
    let configure: (inout GRPCServer.Configuration) -> Void = {
      $0.drainTimeout = .seconds(600)
      $0.stalledPeerTimeout = .milliseconds(100)
    }
    try await withServer(methods, configure: configure) { path, server in
      let connection = try await peer.connect(to: path) { for await _ in starts { break } }
      // A call of its own shows that the server has accepted the connection.
      let client = GRPCClient(socketPath: path)
      _ = try? await client.unary(.echo("Nothing"), [])
      await client.close()
      server.beginGracefulShutdown()
      // `withServer` waits until the server has stopped.
      withExtendedLifetime(connection) {}
    }
  }

  @Test("removes its socket, whether it ends gracefully or by cancellation", arguments: [true, false])
  func noSocket(isGraceful: Bool) async throws {
    let directory = try TemporaryDirectory()
    let path = directory("s")
    let server = GRPCServer(services: [], configuration: .init(socketPath: path), logger: .init(label: "test"))
    let (listening, listens) = AsyncStream<Void>.makeStream()
    let running = Task { try await server.run { listens.yield() } }
    for await _ in listening { break }
    #expect(fileStatus(path) != nil)
    if isGraceful { server.beginGracefulShutdown() } else { running.cancel() }
    try await running.value
    #expect(fileStatus(path) == nil)
  }

  @Test("does not start after shutdown was requested")
  func earlyShutdown() async throws {
    let directory = try TemporaryDirectory()
    let server = GRPCServer(
      services: [],
      configuration: .init(socketPath: directory("s")),
      logger: .init(label: "test")
    )
    server.beginGracefulShutdown()
    try await server.run()
    #expect(fileStatus(directory("s")) == nil)
  }

  @Test("releases a connection as soon as it closes, even with a call whose deadline is years away")
  func noTimerHoldsAConnection() async throws {
    final class WeakConnection: Sendable {
      private let box = Mutex<Weak>(Weak())
      private struct Weak: @unchecked Sendable { weak var connection: ServerConnection? }
      var connection: ServerConnection? {
        get { box.withLock { $0.connection } }
        set { box.withLock { $0.connection = newValue } }
      }
    }
    let held = WeakConnection()
    let (ends, ended) = AsyncStream<Void>.makeStream()
    let handler = MethodHandler.serverStreaming { _, responses, _ in
      held.connection = responses.connection
      try await responses.write([1])
      do { try await Task.sleep(for: .seconds(600)) } catch {}
    }
    try await withServer(
      [MethodDefinition("Unary", handler)],
      configure: { $0.callObserver = { _ in ended.yield() } }
    ) { path, _ in
      let connection = try await RawHTTP2Connection.client(to: path)
      let fields = RawHTTP2Connection.requestFields + [("grpc-timeout", "99999999H")]
      await connection.send(.headers(1, fields), .data(1, grpcMessage([]), endStream: true))
      _ = try await connection.frame { $0.isA(.data) }
      #expect(held.connection != nil)
      connection.closeBothWays()
      for await _ in ends { break }
      // Work in progress on the event loop when the call ended is done after a few turns.
      let client = GRPCClient(socketPath: path)
      for _ in 0..<100 where held.connection != nil { _ = try? await client.unary(.echo("Nothing"), []) }
      #expect(held.connection == nil)
      await client.close()
    }
  }
}
