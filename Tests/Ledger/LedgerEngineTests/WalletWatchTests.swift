import Ledger
import LedgerEngine
import SeededRandom
import StoreContract
import Testing

@Suite("A watch of a wallet", .timeLimit(.minutes(2)))
struct WalletWatchTests {
  let ledger: TestLedger

  init() throws { ledger = try TestLedger() }

  @Test("begins with the current wallet, and continues with the next change")
  func snapshot() async throws {
    try await ledger.fund("w")
    let watch = ledger.committer.watch(WalletID("w"), from: .snapshot)
    guard case .snapshot(let wallet)? = try await watch.next() else { return #expect(Bool(false), "no snapshot") }
    #expect(wallet.sequence == 3)
    #expect(wallet.posted == 10_000_000)
    for index in 0..<10 { try await ledger.charge("w", key: "k\(index)") }
    #expect(try await watch.sequences(10) == Array(4...13))
    ledger.committer.close()
  }

  @Test("begins after any sequence, without gaps", arguments: [0, 1, 2, 50, 102, 103] as [Int64])
  func replay(after sequence: Int64) async throws {
    try await ledger.fund("w")
    for index in 0..<100 { try await ledger.charge("w", key: "k\(index)") }
    let watch = ledger.committer.watch(WalletID("w"), from: .after(sequence: sequence))
    for index in 100..<110 { try await ledger.charge("w", key: "k\(index)") }
    #expect(try await watch.sequences(Int(113 - sequence)) == Array(sequence + 1...113))
    ledger.committer.close()
  }

  @Test("delivers every change of its wallet once and in order, even to a slow reader")
  func slowReader() async throws {
    try await ledger.fund("w")
    try await ledger.fund("v")
    let watch = ledger.committer.watch(WalletID("w"), from: .after(sequence: 0))
    let writer = Task {
      for index in 0..<2000 {
        try await ledger.charge("w", key: "k\(index)")
        if index % 3 == 0 { try await ledger.charge("v", key: "v\(index)") }
      }
    }
    // Read nothing before everything is written, which is far more than the relay holds.
    try await writer.value
    #expect(try await watch.sequences(2003) == Array(1...2003))
    ledger.committer.close()
  }

  @Test("is refused if it cannot begin")
  func refusals() async throws {
    try await ledger.fund("w")
    let unknown = ledger.committer.watch(WalletID("none"), from: .snapshot)
    await #expect(throws: ScanError.refused(.walletNotFound(WalletID("none")))) { try await unknown.next() }
    let ahead = ledger.committer.watch(WalletID("w"), from: .after(sequence: 4))
    await #expect(throws: ScanError.snapshotRequired(sequence: 3)) { try await ahead.next() }
    ledger.committer.close()
  }

  @Test("ends for a reader that is too slow, with the sequence to resume after")
  func fallsBehind() async throws {
    let limit = 100_000
    try await ledger.fund("w")
    let watch = ledger.committer.watch(WalletID("w"), from: .snapshot)
    // The watch has begun once its snapshot arrives; read nothing after that.
    _ = try await watch.next()
    let done = Collector(expecting: limit + 200)
    for index in 0..<limit + 200 {
      let command = Scenario.command(Charge(WalletID("w"), Scenario.micros(1), .call, reference: ""), key: "k\(index)")
      if index % 10_000 == 0 { try await ledger.charge("w", key: "pause-\(index)") }
      ledger.committer.submit(command, completion: done.completion)
    }
    _ = await done.all()
    var last: Int64 = 3
    do {
      while case .change(let record)? = try await watch.next() {
        #expect(record.sequence == last + 1)
        last = record.sequence
      }
      Issue.record("the watch ended without an error")
    } catch let error as ScanError {
      #expect(error == .fellBehind(lastSequence: last))
    }
    #expect(last < 1000)
    ledger.committer.close()
  }

  @Test("ends when the server drains, and when the ledger closes")
  func ends() async throws {
    try await ledger.fund("w")
    let first = ledger.committer.watch(WalletID("w"), from: .after(sequence: 3))
    ledger.committer.endWatches()
    let shuttingDown = ScanError.ledger(.unavailable("the ledger is shutting down"))
    await #expect(throws: shuttingDown) { try await first.next() }
    let second = ledger.committer.watch(WalletID("w"), from: .snapshot)
    await #expect(throws: shuttingDown) { try await second.next() }
    #expect(try await ledger.charge("w", key: "k").isReplay == false)
    ledger.committer.close()
    let third = ledger.committer.watchEvents(after: nil, rules: .usual)
    await #expect(throws: shuttingDown) { try await third.next() }
  }

  @Test("a hundred watches that are broken off at random and resumed deliver every sequence once, in order")
  func manyWatchers() async throws {
    let changes: Int64 = 3000
    try await ledger.fund("w")
    let committer = ledger.committer
    let writer = Task {
      for index in 4...changes { try await ledger.charge("w", key: "k\(index)") }
    }
    try await withThrowingTaskGroup(of: [Int64].self) { group in
      for watcher in 0..<100 {
        group.addTask {
          var dice = SplitMix64(seed: UInt64(watcher))
          var seen: [Int64] = []
          while seen.count < Int(changes) {
            let watch = committer.watch(WalletID("w"), from: .after(sequence: seen.last ?? 0))
            let patience = min(Int.random(in: 1...700, using: &dice), Int(changes) - seen.count)
            seen += try await watch.sequences(patience)
            watch.abandon()
          }
          return seen
        }
      }
      for try await seen in group { #expect(seen == Array(1...changes)) }
    }
    try await writer.value
    committer.close()
  }
}
