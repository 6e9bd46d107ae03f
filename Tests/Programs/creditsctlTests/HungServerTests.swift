import Foundation
import Testing

/// Servers that hang, and the bound that the user has given. `--timeout` bounds everything that a command waits for.
@Suite("creditsctl and a server that hangs", .timeLimit(.minutes(2)))
struct HungServerTests {
  private static let commands = [
    ["list"], ["list", "X"], ["describe", "X"], ["health"], ["health", "--watch"], ["call", "X/Y", "{}"], ["verify"],
    ["backup", "/nowhere/copy"],
  ]
  private static let timeout = ["--timeout", "300ms"]
  /// Far above the timeout, and far below what the tool waits for by itself.
  private static let bound = Duration.milliseconds(4900)

  private func run(_ command: [String], _ path: String) async throws -> Outcome {
    let start = ContinuousClock.now
    let outcome = try await Tool.run(command + Self.timeout + ["--socket", path])
    #expect(ContinuousClock.now - start < Self.bound, "\(command)")
    return outcome
  }

  @Test("says within --timeout that the server says nothing", arguments: commands)
  func silentServer(command: [String]) async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/silent"
    let listener = try SilentListener(path: path)
    var command = command
    if command[0] == "backup" { command[1] = directory.path + "/copy" }
    let outcome = try await run(command, path)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("the server on \(path) accepts connections and says nothing"), "\(outcome.errors)")
    withExtendedLifetime(listener) {}
  }

  @Test("says within --timeout that the server takes no more connections", arguments: [["list"], ["verify"]])
  func fullQueue(command: [String]) async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/full"
    let listener = try SilentListener(path: path, isFull: true)
    let outcome = try await run(command, path)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("takes no more connections"), "\(outcome.errors)")
    withExtendedLifetime(listener) {}
  }

  @Test(
    "ends within --timeout when the server sends a byte now and then",
    arguments: commands.filter { $0[0] != "backup" }
  )
  func tricklingServer(command: [String]) async throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/trickle"
    // A frame header that never ends.
    let listener = try RawListener(path: path) { connection in
      for byte: UInt8 in [0, 0, 0, 4, 0, 0, 0, 0] {
        guard send(connection, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 else { return }
        var waiting = pollfd(fd: connection, events: 0, revents: 0)
        if poll(&waiting, 1, 1500) > 0 { return }
      }
    }
    #expect(try await run(command, path).status == 3)
    withExtendedLifetime(listener) {}
  }

  @Test(
    "bounds by --timeout a call that its server does not answer",
    arguments: [["list"], ["call", "Probe/Wait", "{}"]]
  )
  func slowCall(command: [String]) async throws {
    try await ProbeServer.run(reflection: command[0] == "list" ? .hanging : .both) { path in
      let outcome = try await run(command, path)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("DEADLINE_EXCEEDED"), "\(outcome.errors)")
    }
  }
}

/// Listens on a Unix socket and accepts nothing.
private final class SilentListener {
  private var descriptors: [Int32] = []

  /// - Parameter isFull: Whether its queue has no room.
  init(path: String, isFull: Bool = false) throws {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    descriptors.append(listener)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    func with(_ body: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
      withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }
    try #require(with { bind(listener, $0, length) } == 0 && listen(listener, isFull ? 1 : 16) == 0)
    while isFull {
      let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
      let client = socket(AF_UNIX, Int32(type), 0)
      descriptors.append(client)
      if with({ connect(client, $0, length) }) != 0 { break }
    }
  }

  deinit { for descriptor in descriptors { close(descriptor) } }
}
