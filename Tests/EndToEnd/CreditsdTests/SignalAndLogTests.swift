import CreditsClient
import Foundation
import Testing

@Suite("A program that serves", .timeLimit(.minutes(2)))
struct ServiceTests {
  @Test(
    "lets signals pass that mean nothing to it, says so, and ends on SIGTERM",
    arguments: RunningService.Program.allCases
  )
  func signals(program: RunningService.Program) throws {
    let directory = try TestDirectory()
    let service = try RunningService(program, in: directory)
    service.signal(SIGHUP)
    try service.awaitLine(containing: "SIGHUP is ignored")
    service.signal(SIGUSR1)
    try service.awaitLine(containing: "SIGUSR1")
    service.signal(SIGUSR2)
    try service.awaitLine(containing: "SIGUSR2")
    for number in [SIGPIPE, SIGTTOU, SIGXFSZ] { service.signal(number) }
    #expect(try service.isServing())
    #expect(service.stopsCleanly())
  }

  @Test("goes on when the reader of its log goes", arguments: RunningService.Program.allCases)
  func readerGone(program: RunningService.Program) throws {
    let directory = try TestDirectory()
    let service = try RunningService(program, in: directory)
    try service.closeLog()
    // Each makes it write a line.
    for _ in 0..<3 { service.signal(SIGHUP) }
    #expect(try service.isServing())
    #expect(service.stopsCleanly())
  }
}

@Suite("The log of creditsd", .timeLimit(.minutes(2)))
struct LogTests {
  private static let callCount = 6000

  /// Has a daemon log more calls than its pipe and its queue hold.
  private static func fill(_ daemon: RunningDaemon) async throws {
    let credits = try await daemon.client()
    for _ in 0..<callCount { _ = try? await credits.wallet.get("nobody") }
    await credits.close()
  }

  @Test("that nobody reads stops no call, and then says how many lines it has lost")
  func unread() async throws {
    let directory = try TestDirectory()
    let errors = Pipe()
    let daemon = try RunningDaemon(in: directory, options: ["--log-calls"], errors: errors)
    try await Self.fill(daemon)

    var log = Data()
    while !String(decoding: log.suffix(200), as: UTF8.self).contains("dropped:") {
      log += errors.fileHandleForReading.availableData
    }
    #expect(daemon.stop() == 0)
    let lines = String(decoding: log, as: UTF8.self).split(separator: "\n")
    let dropped = try #require(
      lines.compactMap { line in
        line.firstMatch(of: /log: (\d+) lines were dropped/).flatMap { Int($0.1) }
      }.first
    )
    let logged = lines.count { $0.contains("GetWallet") }
    #expect(logged + dropped == Self.callCount)
    #expect(dropped > 1000 && logged > 1000)
  }

  @Test("that nobody reads does not keep it from ending")
  func unreadAtTheEnd() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, options: ["--log-calls"], errors: Pipe())
    try await Self.fill(daemon)
    #expect(daemon.stop() == 0)
    #expect(!FileManager.default.fileExists(atPath: daemon.socketPath))
  }

  @Test("may be on a full disk", arguments: ["2>/dev/full", "1>/dev/full 2>&1"])
  func fullDisk(redirection: String) async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, options: ["--log-calls"], redirection: redirection)
    let credits = try await daemon.client()
    for number in 0..<100 { _ = try await credits.wallet.create("w\(number)", idempotencyKey: "\(number)") }
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("may be closed, and then goes into no file that is opened later", arguments: ["2>&-", "<&- >&- 2>&-"])
  func closed(redirection: String) async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory, options: ["--log-calls"], redirection: redirection)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    let descriptor = "/proc/\(daemon.process.processIdentifier)/fd/2"
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: descriptor) == "/dev/null")
    #expect(try await credits.ledger.verify().sound)
    await credits.close()
    #expect(daemon.stop() == 0)
  }
}
