import CreditsClient
import Foundation
import Testing

/// The daemon and the processor as two users with a common group, as the README has it.
@Suite(
  "creditsd and its processor as two users",
  .timeLimit(.minutes(2)),
  .enabled(if: geteuid() == 0, "only root can start programs as other users")
)
struct SeparateUsersTests {
  private static let (daemonID, processorID, groupID) = (65_532, 65_534, 65_533)

  private let directory: TestDirectory

  init() throws {
    directory = try TestDirectory()
    for (name, user) in [("daemon", Self.daemonID), ("processor", Self.processorID)] {
      try FileManager.default.createDirectory(atPath: directory.path(name), withIntermediateDirectories: false)
      try FileManager.default.setAttributes([.ownerAccountID: user], ofItemAtPath: directory.path(name))
      let script = """
        #!/bin/sh
        exec setpriv --reuid \(user) --regid \(user) --groups \(Self.groupID) "$@"
        """
      let file = try directory.write(script, to: "as-\(name)")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    }
  }

  private var socket: String { directory.path("processor/run/processor.sock") }

  private func simulator(_ options: [String], log: Pipe = Pipe()) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: directory.path("as-processor"))
    process.arguments =
      [
        RunningDaemon.program("credits-simulator").path, "--socket", socket, "--file",
        directory.path("processor/books"),
      ]
      + options
    process.standardError = log
    try process.run()
    return process
  }

  private func daemon(processorUser: String, log: Pipe? = nil) throws -> RunningDaemon {
    let json = #"{"callers": [{"name": "test", "uid": 0, "roles": ["read", "spend", "billing", "admin"]}]}"#
    return try RunningDaemon(
      in: directory,
      socketPath: directory.path("daemon/credits.sock"),
      places: ["--socket", directory.path("daemon/credits.sock"), "--data", directory.path("daemon/ledger")],
      processor: ["--processor", "unix:\(socket)", "--processor-user", processorUser],
      options: ["--config", try directory.write(json, to: "config.json")],
      errors: log,
      wrapper: directory.path("as-daemon")
    )
  }

  private func pay(_ credits: CreditsClient, _ name: String) async throws -> Recharge.State {
    _ = try await credits.wallet.create(name, idempotencyKey: name)
    let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    let card = PaymentDetails(token: "pm_card_visa", billing: billing)
    return try await credits.recharge.pay(name, .dollars(10), with: card, idempotencyKey: "pay").recharge.state
  }

  /// Reads the log until it has a line with the text.
  private func line(with text: String, in log: Pipe) async -> String {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var read = ""
        while !read.split(separator: "\n", omittingEmptySubsequences: false).dropLast().contains(where: {
          $0.contains(text)
        }) {
          let more = log.fileHandleForReading.availableData
          if more.isEmpty { break }
          read += String(decoding: more, as: UTF8.self)
        }
        continuation.resume(returning: read.split(separator: "\n").first { $0.contains(text) }.map(String.init) ?? "")
      }
    }
  }

  @Test("charge cards where the socket belongs to a group of both")
  func group() async throws {
    let simulator = try simulator(["--socket-group", "\(Self.groupID)", "--caller", "\(Self.daemonID)"])
    let daemon = try daemon(processorUser: "\(Self.processorID)")
    let credits = try await daemon.client()
    #expect(try await pay(credits, "ada") == .paid)
    await credits.close()
    #expect(daemon.stop() == 0)
    simulator.terminate()
    simulator.waitUntilExit()
  }

  @Test("say in the daemon's log why the socket cannot be used, and what to do")
  func withoutGroup() async throws {
    let simulator = try simulator(["--caller", "\(Self.daemonID)"])
    while !FileManager.default.fileExists(atPath: socket) { await Task.yield() }
    let log = Pipe()
    let daemon = try daemon(processorUser: "\(Self.processorID)", log: log)
    let credits = try await daemon.client()
    let said = await line(with: "the processor does not answer", in: log)
    #expect(said.contains("--socket-group"), "\(said)")
    await credits.close()
    #expect(daemon.stop() == 0)
    simulator.terminate()
    simulator.waitUntilExit()
  }

  @Test("say in the daemon's log that another user serves the socket than was expected")
  func otherUser() async throws {
    let simulator = try simulator(["--socket-group", "\(Self.groupID)", "--caller", "\(Self.daemonID)"])
    while !FileManager.default.fileExists(atPath: socket) { await Task.yield() }
    let log = Pipe()
    let daemon = try daemon(processorUser: "root", log: log)
    let credits = try await daemon.client()
    let said = await line(with: "the processor does not answer", in: log)
    #expect(said.contains("--processor-user"), "\(said)")
    await credits.close()
    #expect(daemon.stop() == 0)
    simulator.terminate()
    simulator.waitUntilExit()
  }

  @Test("say in both logs that the processor serves another caller, and health knows")
  func otherCaller() async throws {
    let processorLog = Pipe()
    let simulator = try simulator(["--socket-group", "\(Self.groupID)", "--caller", "root"], log: processorLog)
    while !FileManager.default.fileExists(atPath: socket) { await Task.yield() }
    let log = Pipe()
    let daemon = try daemon(processorUser: "\(Self.processorID)", log: log)
    let credits = try await daemon.client()
    let said = await line(with: "the processor does not answer", in: log)
    #expect(said.contains("--caller \(Self.daemonID)"), "\(said)")
    let refused = await line(with: "refused a caller", in: processorLog)
    #expect(refused.contains("user_id=\(Self.daemonID)"), "\(refused)")
    await credits.close()
    #expect(daemon.stop() == 0)
    simulator.terminate()
    simulator.waitUntilExit()
  }
}
