import CreditsClient
import Testing

@Suite("Watches of the client library", .timeLimit(.minutes(5)))
struct WatchTests {
  @Test("resume after the last change when the daemon is killed and restarted")
  func changes() async throws {
    let directory = try TestDirectory()
    var daemon = try RunningDaemon(in: directory, options: ["--log-level", "critical"])
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(10), idempotencyKey: "grant")
    let last: Int64 = 402
    let watching = Task {
      var sequences: [Int64] = []
      for try await update in credits.wallet.changes("ada", after: 0) {
        sequences.append(update.wallet?.sequence ?? 0)
        if sequences.last == last { break }
      }
      return sequences
    }
    let events = Task {
      var kinds: [Event.Kind] = []
      for try await batch in credits.ledger.events(after: "0.0") {
        kinds += batch.events.map(\.kind)
        if kinds.count == 2 { break }
      }
      return kinds
    }
    for index in 3...last {
      _ = try await credits.wallet.charge(
        "ada",
        .micros(1),
        for: .call,
        idempotencyKey: "k\(index)",
        timeout: .seconds(60)
      )
      if index % 100 == 0 {
        daemon.kill()
        daemon = try RunningDaemon(in: directory, options: ["--log-level", "critical"])
      }
    }
    _ = try await credits.wallet.freeze("ada", idempotencyKey: "freeze")
    #expect(try await watching.value == Array(1...last))
    #expect(try await events.value == [.lowBalance, .walletFrozen])
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("begin with a snapshot, and fail if they cannot begin")
  func starts() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    let wallet = try await credits.wallet.create("ada", idempotencyKey: "create")
    var updates = credits.wallet.changes("ada").makeAsyncIterator()
    #expect(try await updates.next() == .snapshot(wallet))
    var ahead = credits.wallet.changes("ada", after: 7).makeAsyncIterator()
    let tooFar = await #expect(throws: CreditsError.self) { try await ahead.next() }
    #expect(tooFar?.reason == .snapshotRequired && tooFar?.sequence == 1)
    var absent = credits.wallet.changes("bob", after: 0).makeAsyncIterator()
    let missing = await #expect(throws: CreditsError.self) { try await absent.next() }
    #expect(missing?.reason == .walletNotFound && missing?.walletID == "bob")
    // The first watch is still open.
    await credits.close()
    let ended = await #expect(throws: CreditsError.self) { try await updates.next() }
    #expect(ended?.code == .cancelled && ended?.reason == nil)
    #expect(daemon.stop() == 0)
  }
}
