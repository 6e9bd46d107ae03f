import CreditsClient
import Foundation
import Testing

@Suite("A storm of one key", .timeLimit(.minutes(30)))
struct StormTests {
  private static let callers = 64
  /// The number of rounds. A thousand, set by CREDITS_STORM_ROUNDS, take some minutes.
  private static let rounds = ProcessInfo.processInfo.environment["CREDITS_STORM_ROUNDS"].flatMap { Int($0) } ?? 25
  /// The daemon is killed in the middle of every fifth round.
  private static let roundsPerKill = 5

  @Test("has one effect and gives every caller the same answer, also when the daemon is killed in the middle")
  func storm() async throws {
    let directory = try TestDirectory()
    var daemon = try RunningDaemon(in: directory, options: ["--log-level", "critical"])
    let first = try await daemon.client()
    _ = try await first.wallet.create("ada", idempotencyKey: "create")
    var wallet = try await first.wallet.grant("ada", .dollars(10), idempotencyKey: "grant").wallet
    var callers = [first]
    while callers.count < Self.callers { callers.append(try await daemon.client()) }
    var dice = SystemRandomNumberGenerator()
    for round in 1...Self.rounds {
      let replies = Replies()
      async let charges = Self.charge(callers, key: "round-\(round)", replies)
      if round % Self.roundsPerKill == 0 {
        await replies.wait(for: Int.random(in: 0..<Self.callers / 2, using: &dice))
        daemon.kill()
        daemon = try RunningDaemon(in: directory, options: ["--log-level", "critical"])
      }
      let answers = try await charges
      #expect(answers.count == Self.callers)
      #expect(Set(answers.map(\.entry)).count == 1 && Set(answers.map(\.wallet)).count == 1, "round \(round)")
      // All are replays if the call that took effect lost its response.
      #expect(answers.count { !$0.isReplayed } <= 1, "round \(round)")
      let after = try await first.wallet.get("ada")
      #expect(after.posted == .micros((wallet.posted?.micros ?? 0) - 1), "round \(round)")
      #expect(after.sequence == wallet.sequence + 1, "round \(round)")
      wallet = after
    }
    let verdict = try await first.ledger.verify()
    #expect(verdict.sound, "\(verdict.flaws)")
    for caller in callers { await caller.close() }
    #expect(daemon.stop() == 0)
  }

  private static func charge(_ callers: [CreditsClient], key: String, _ replies: Replies) async throws -> [Charge] {
    try await withThrowingTaskGroup(of: Charge.self) { group in
      for caller in callers {
        group.addTask {
          let charge = try await caller.wallet.charge(
            "ada",
            .micros(1),
            for: .call,
            idempotencyKey: key,
            timeout: .seconds(60)
          )
          await replies.add()
          return charge
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }
}

/// Counts replies, and lets a task wait for a count.
private actor Replies {
  private var count = 0
  private var waiter: (count: Int, continuation: CheckedContinuation<Void, Never>)?

  func add() {
    count += 1
    guard let waiter, count >= waiter.count else { return }
    self.waiter = nil
    waiter.continuation.resume()
  }

  func wait(for count: Int) async {
    guard self.count < count else { return }
    await withCheckedContinuation { waiter = (count, $0) }
  }
}
