import CreditsAPI
import CreditsClient
import Foundation
import RawCalls
import Testing
import UnixGRPC

/// A stop takes as long as its open calls need, at most as long as was asked for, and does not wait for clients that hang.
@Suite("A stop of creditsd", .timeLimit(.minutes(2)))
struct StopTests {
  /// More than a stop takes that waits for nobody, and less than the 10 s that calls have by default.
  private static let bound = Duration.seconds(6)

  private func stop(_ daemon: RunningDaemon, within bound: Duration = bound) {
    let start = ContinuousClock.now
    #expect(daemon.stop() == 0)
    #expect(ContinuousClock.now - start < bound)
  }

  @Test("does not wait for a watch that nobody reads")
  func unreadWatch() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    let client = GRPCClient(socketPath: daemon.socketPath)
    let watch = try await client.startCall(
      MethodName(service: "credits.v1.WalletService", method: "WatchWallet"),
      options: CallOptions(timeout: nil)
    )
    try await watch.send(try WatchWalletRequest(walletID: "ada", start: .afterSequence(0)).serializedBytes())
    watch.finishSending()
    _ = try await watch.initialMetadata()
    // More than the 256 KiB that a stream may send ahead of its reader.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<3000 {
        group.addTask {
          let memo = String(repeating: "m", count: 200)
          let key = "\(index)"
          _ = try await credits.wallet.grant("ada", .cents(1), memo: memo, idempotencyKey: key, timeout: .seconds(60))
        }
      }
      try await group.waitForAll()
    }
    stop(daemon)
    await credits.close()
    withExtendedLifetime(watch) {}
  }

  @Test("does not wait for clients that are stopped, say nothing, or have sent half a call", arguments: ["", "half"])
  func silentClients(kind: String) async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    await credits.close()
    let connection = try RawCaller(connectingTo: daemon.socketPath)
    // HEADERS of a call without its message.
    let half = RawCaller.preface + RawCaller.headers(1, path: "/credits.v1.WalletService/GetWallet")
    if kind == "half" { connection.send(half) }
    let other = try await daemon.client()
    await other.close()
    stop(daemon)
    withExtendedLifetime(connection) {}
  }

  @Test("ends calls that are still worked on when the time is over that was asked for", arguments: StopTimeout.allCases)
  func stopTimeout(given: StopTimeout) async throws {
    let directory = try TestDirectory()
    let simulator = try ProcessorProcess(simulatorIn: directory, options: ["--faults", "slowness=3600000"])
    var options = simulator.options
    var environment: [String: String] = [:]
    switch given {
    case .option: options += ["--stop-timeout", "500ms"]
    case .variable: environment["CREDITS_STOP_TIMEOUT"] = "500ms"
    case .member: options += ["--config", try directory.write(#"{"stopTimeout": "500ms"}"#, to: "config.json")]
    }
    let daemon = try RunningDaemon(in: directory, options: options, environment: environment)
    let credits = try await daemon.client()
    let wallet = try await credits.wallet.create("ada", idempotencyKey: "create")
    let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    let paying = Task {
      try await credits.recharge.pay(
        "ada",
        .dollars(25),
        with: PaymentDetails(token: "pm_sim_slowAnswer", billing: billing),
        idempotencyKey: "pay",
        timeout: .seconds(3600)
      )
    }
    for try await _ in credits.wallet.changes("ada", after: wallet.sequence) { break }
    stop(daemon)
    paying.cancel()
    await credits.close()
  }

  enum StopTimeout: CaseIterable { case option, variable, member }
}
