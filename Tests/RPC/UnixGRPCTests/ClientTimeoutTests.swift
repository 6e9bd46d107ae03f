import Foundation
import Testing

@testable import UnixGRPC

/// Servers that hang at each step of a call, and the bound that the caller has given.
@Suite("A client of a server that hangs", .timeLimit(.minutes(1)))
struct ClientTimeoutTests {
  private static let timeout = Duration.milliseconds(300)
  /// Far above the timeout and far below anything else that a client waits for.
  private static let bound = Duration.seconds(4)

  /// Runs `call`, and returns its status if it failed in time.
  private func status(_ call: () async throws -> Void) async throws -> GRPCStatus? {
    let start = ContinuousClock.now
    let status = await #expect(throws: GRPCStatus.self) { try await call() }
    #expect(ContinuousClock.now - start < Self.bound)
    return status
  }

  /// Calls of each kind, with the timeout.
  private static let calls: [@Sendable (GRPCClient) async throws -> Void] = [
    { try await $0.connect(timeout: timeout) },
    { try await $0.connect(timeout: timeout, waitsForReady: true) },
    { _ = try await $0.unary(.echo("Unary"), [1], options: CallOptions(timeout: timeout)) },
    { _ = try await $0.unary(.echo("Unary"), [1], options: CallOptions(timeout: timeout, waitsForReady: true)) },
    {
      let call = try await $0.startCall(.echo("Unary"), options: CallOptions(timeout: timeout))
      for try await _ in call.responses {}
    },
  ]

  @Test("gives up at its deadline, and says that the server sends nothing", arguments: 0..<5)
  func noSettings(call: Int) async throws {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    let status = try await status { try await Self.calls[call](client) }
    #expect(status?.code == .deadlineExceeded)
    #expect(status?.message.contains("\(server.path): its server accepts connections and sends nothing") == true)
    await client.close()
  }

  @Test("gives up at its deadline, and says that the server takes no more connections", arguments: 0..<5)
  func fullQueue(call: Int) async throws {
    let directory = try TemporaryDirectory()
    let listener = try ListenerWithoutRoom(path: directory("s"))
    let client = GRPCClient(socketPath: directory("s"))
    let status = try await status { try await Self.calls[call](client) }
    #expect(status?.code == .deadlineExceeded)
    #expect(status?.message.contains("takes no more connections") == true)
    await client.close()
    withExtendedLifetime(listener) {}
  }

  @Test("gives up at its deadline when there is no answer", arguments: 2..<5)
  func noAnswer(call: Int) async throws {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    async let accepted = server.accept()
    let status = try await status { try await Self.calls[call](client) }
    #expect(status?.code == .deadlineExceeded)
    _ = try await accepted
    await client.close()
  }

  @Test("gives up connecting after the time for it, also when calls have none, and says why")
  func connectTimeout() async throws {
    let server = try ScriptedServer()
    var configuration = GRPCClient.Configuration()
    configuration.connectTimeout = Self.timeout
    let client = GRPCClient(socketPath: server.path, configuration: configuration)
    let status = try await status { _ = try await client.startCall(.echo("Unary"), options: CallOptions(timeout: nil)) }
    #expect(status?.code == .unavailable)
    #expect(status?.message.contains("its server accepts connections and sends nothing") == true)
    await client.close()
  }

  @Test("closes at once though the server has stopped reading")
  func close() async throws {
    let server = try ScriptedServer()
    let client = GRPCClient(socketPath: server.path)
    // The window lets the client send far more than the socket holds.
    async let accepted = server.accept(settings: [(id: 4, value: 1 << 30)])
    let request = [UInt8](repeating: 1, count: 3 << 20)
    let options = CallOptions(timeout: Self.timeout)
    let status = try await status { _ = try await client.unary(.echo("Unary"), request, options: options) }
    #expect(status?.code == .deadlineExceeded)
    let start = ContinuousClock.now
    await client.close()
    #expect(ContinuousClock.now - start < Self.bound)
    _ = try await accepted
  }
}

/// A listening socket that accepts nothing and whose queue is full.
private final class ListenerWithoutRoom {
  private var descriptors: [Int32] = []

  init(path: String) throws {
    let address = try SocketAddress(path: path)
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    descriptors.append(listener)
    try #require(address.withSockAddr { bind(listener, $0, $1) } == 0 && listen(listener, 1) == 0)
    while true {
      let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
      let client = socket(AF_UNIX, Int32(type), 0)
      descriptors.append(client)
      guard address.withSockAddr({ connect(client, $0, $1) }) == 0 else { break }
    }
    #expect(errno == EAGAIN)
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
