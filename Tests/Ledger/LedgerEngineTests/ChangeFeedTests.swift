import Ledger
import StoreContract
import Testing

@testable import LedgerEngine

@Suite("Many watches of one wallet", .timeLimit(.minutes(2)))
struct ChangeFeedTests {
  let ledger: TestLedger

  init() throws { ledger = try TestLedger() }

  @Test("share each change, which is encoded once for all of them")
  func shared() async throws {
    try await ledger.fund("w")
    var watches: [WalletUpdates] = []
    for _ in 0..<200 {
      let watch = ledger.committer.watch(WalletID("w"), from: .snapshot)
      _ = try await watch.next()
      watches.append(watch)
    }
    for index in 0..<10 { try await ledger.charge("w", key: "k\(index)") }
    var encodings = 0
    for watch in watches {
      for sequence in Int64(4)...13 {
        guard case .change(let change)? = try await watch.next() else { return #expect(Bool(false), "no change") }
        #expect(change.sequence == sequence)
        let bytes = try change.encoded { record in
          encodings += 1
          return Array("\(record.sequence)".utf8)
        }
        #expect(bytes == Array("\(sequence)".utf8))
      }
    }
    #expect(encodings == 10)
    ledger.committer.close()
  }

  @Test("wait together, and each gets what it has not seen yet")
  func waiting() async throws {
    try await ledger.fund("w")
    let committer = ledger.committer
    try await withThrowingTaskGroup(of: [Int64].self) { group in
      for watcher in 0..<300 {
        group.addTask {
          try await committer.watch(WalletID("w"), from: .after(sequence: Int64(watcher % 4))).sequences(50)
        }
      }
      for index in 0..<60 { try await ledger.charge("w", key: "k\(index)") }
      for try await seen in group { #expect(seen == Array(seen[0]..<seen[0] + 50) && (1...4).contains(seen[0])) }
    }
    committer.close()
  }

  /// A feed and its records, which come from no ledger.
  private struct Feed {
    let feed: ChangeFeed
    let waker = ReaderWaker()

    init() {
      let waker = waker
      feed = ChangeFeed(after: 0, waker: waker) {}
    }

    func append(_ sequences: ClosedRange<Int64>, payload: Int = 100) {
      for sequence in sequences {
        feed.append(
          JournalRecord(
            number: sequence,
            walletID: WalletID("w"),
            sequence: sequence,
            previous: sequence - 1,
            time: LedgerTime(microseconds: 0),
            kind: .charge,
            amount: 0,
            counterAccount: nil,
            heldChange: 0,
            posted: 0,
            held: 0,
            reason: nil,
            reference: "",
            rechargeID: nil,
            holdID: nil,
            refundedEntryID: nil,
            shortfall: 0,
            origin: .ledger,
            payload: [UInt8](repeating: 0, count: payload),
            hash: .zero
          )
        )
      }
    }
  }

  @Test("drop what all have seen, keep what one has not, and tell one that lags too far where to resume")
  func lag() async throws {
    let made = Feed()
    let (fast, slow) = (try #require(made.feed.join(after: 0)), try #require(made.feed.join(after: 0)))
    var last: Int64 = 0
    while last < 20_000 {
      made.append(last + 1...last + 500, payload: 10)
      while last < made.feed.lastSequence {
        let taken = try await fast.next()
        #expect(taken.first?.sequence == last + 1)
        last = try #require(taken.last).sequence
      }
    }
    // The slow reader holds the first change, which is not too much yet.
    #expect(try await slow.next().first?.sequence == 1)
    made.append(last + 1...last + 40_000, payload: 10)
    await #expect(throws: ScanError.fellBehind(lastSequence: Int64(ChangeFeed.changesPerRead))) {
      try await slow.next()
    }
    #expect(made.feed.byteCount <= ChangeFeed.mostBytes)
    made.waker.close()
  }

  @Test("never keep more bytes than the limit, however large the changes are")
  func bytes() async throws {
    let made = Feed()
    let reader = try #require(made.feed.join(after: 0))
    made.append(1...40, payload: 1 << 20)
    #expect(made.feed.byteCount <= ChangeFeed.mostBytes)
    await #expect(throws: ScanError.fellBehind(lastSequence: 0)) { try await reader.next() }
    // Resumed, it gets the newest.
    let resumed = try #require(made.feed.join(after: 39))
    #expect(try await resumed.next().map(\.sequence) == [40])
    made.waker.close()
  }
}
