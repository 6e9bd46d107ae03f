import Ledger
import LedgerEngine
import StoreContract
import Testing

@Suite("Lists", .timeLimit(.minutes(2)))
struct ListTests {
  let ledger: TestLedger

  init() throws { ledger = try TestLedger() }

  func entries(
    _ wallet: String = "w",
    _ filter: EntryFilter = EntryFilter(),
    from place: RecordPlace? = nil,
    size: Int
  ) async throws -> EntryPage {
    try await withCheckedThrowingContinuation { continuation in
      ledger.committer.listEntries(of: WalletID(wallet), filter: filter, from: place, size: size) {
        continuation.resume(with: $0)
      }
    }
  }

  func wallets(after created: Int64?, size: Int) async throws -> WalletPage {
    try await withCheckedThrowingContinuation { continuation in
      ledger.committer.listWallets(after: created, size: size) { continuation.resume(with: $0) }
    }
  }

  func recharges(
    _ filter: RechargeFilter,
    before place: RechargePlace? = nil,
    size: Int
  ) async throws -> RechargePage {
    try await withCheckedThrowingContinuation { continuation in
      ledger.committer.listRecharges(filter, before: place, size: size) { continuation.resume(with: $0) }
    }
  }

  func holds(_ wallet: String? = nil, after place: HoldPlace? = nil, size: Int) async throws -> HoldPage {
    try await withCheckedThrowingContinuation { continuation in
      ledger.committer.listHolds(of: wallet.map { WalletID($0) }, after: place, size: size) {
        continuation.resume(with: $0)
      }
    }
  }

  @Test("of recharges go over all wallets, newest first, and by state", arguments: [1, 2, 100])
  func rechargesOfAllWallets(size: Int) async throws {
    for wallet in ["a", "b", "c", "d"] { try await ledger.fund(wallet) }
    for (index, wallet) in ["a", "c"].enumerated() {
      let start = StartRecharge(RechargeID("open-\(wallet)"), WalletID(wallet), Scenario.usd(10), nil)
      _ = try await ledger.committer.submit(Scenario.command(start, key: "open \(index)"))
    }
    func ids(_ filter: RechargeFilter) async throws -> [String] {
      var ids: [String] = []
      var place: RechargePlace?
      repeat {
        let page = try await recharges(filter, before: place, size: size)
        #expect(page.recharges.count <= size)
        ids += page.recharges.map(\.id.value)
        place = page.next
      } while place != nil
      return ids
    }
    let all = ["open-c", "open-a", "r-d", "r-c", "r-b", "r-a"]
    #expect(try await ids(RechargeFilter(walletID: nil)) == all)
    #expect(try await ids(RechargeFilter(walletID: nil, states: [.processing])) == ["open-c", "open-a"])
    #expect(try await ids(RechargeFilter(walletID: nil, states: [.processing, .paid])) == all)
    #expect(try await ids(RechargeFilter(walletID: nil, states: [.needsReview])) == [])
    #expect(try await ids(RechargeFilter(walletID: WalletID("c"), states: [.paid])) == ["r-c"])
    #expect(try await ids(RechargeFilter(walletID: WalletID("c"))) == ["open-c", "r-c"])
    ledger.committer.close()
  }

  @Test(
    "of holds go over all wallets, the first to expire first, without those that are resolved",
    arguments: [1, 2, 100]
  )
  func openHolds(size: Int) async throws {
    for wallet in ["a", "b"] { try await ledger.fund(wallet) }
    var placed: [(id: HoldID, wallet: String, ttl: Int64)] = []
    for (wallet, ttl) in [("a", 600), ("b", 60), ("a", 3600), ("b", 7200), ("b", 1000)] as [(String, Int64)] {
      let place = PlaceHold(WalletID(wallet), Scenario.micros(1), .call, reference: "", ttl: ttl)
      let hold = try await ledger.committer.submit(Scenario.command(place, key: "\(wallet) \(ttl)")).hold
      placed.append((try #require(hold).id, wallet, ttl))
    }
    _ = try await ledger.committer.submit(Scenario.command(ReleaseHold(placed[4].id), key: "release"))
    func ids(_ wallet: String?) async throws -> [HoldID] {
      var ids: [HoldID] = []
      var place: HoldPlace?
      repeat {
        let page = try await holds(wallet, after: place, size: size)
        #expect(page.holds.count <= size)
        ids += page.holds.map(\.id)
        place = page.next
      } while place != nil
      return ids
    }
    let open = placed.prefix(4).sorted { $0.ttl < $1.ttl }
    #expect(try await ids(nil) == open.map(\.id))
    #expect(try await ids("a") == open.filter { $0.wallet == "a" }.map(\.id))
    let refusal = await #expect(throws: ScanError.self) { try await holds("nobody", size: 1) }
    #expect(refusal == .refused(.walletNotFound(WalletID("nobody"))))
    ledger.committer.close()
  }

  @Test("of entries go newest first, page by page, while entries are added", arguments: [1, 3, 7, 100])
  func pages(size: Int) async throws {
    try await ledger.fund("w")
    try await ledger.fund("other")
    for index in 0..<20 {
      try await ledger.charge("w", key: "k\(index)")
      try await ledger.charge("other", key: "o\(index)")
    }
    var place: RecordPlace?
    var sequences: [Int64] = []
    repeat {
      let page = try await entries(from: place, size: size)
      #expect(page.records.count <= size)
      sequences += page.records.map(\.sequence)
      place = page.next
      try await ledger.charge("w", key: "late-\(sequences.count)")
    } while place != nil
    // The second change starts the recharge and is not an entry.
    #expect(sequences == Array(3...23).reversed())
    ledger.committer.close()
  }

  @Test("of entries can be filtered by kind and time")
  func filters() async throws {
    try await ledger.fund("w")
    for index in 0..<5 { try await ledger.charge("w", key: "k\(index)") }
    let all = try await entries(size: 100).records
    let recharges = try await entries("w", EntryFilter(kinds: [.rechargePaid]), size: 100)
    #expect(recharges.records.map(\.sequence) == [3])
    let (first, last) = (all[4].time, all[1].time)
    let between = try await entries("w", EntryFilter(start: first, end: last), size: 100)
    #expect(between.records == all.filter { $0.time >= first && $0.time < last })
    #expect(between.next == nil)
    ledger.committer.close()
  }

  @Test("of entries read a bounded number of records per page")
  func bounded() async throws {
    try await ledger.fund("w")
    let done = Collector(expecting: 10_500)
    for index in 0..<10_500 {
      ledger.committer.submit(
        Scenario.command(Charge(WalletID("w"), Scenario.micros(1), .call, reference: ""), key: "k\(index)"),
        completion: done.completion
      )
    }
    _ = await done.all()
    let filter = EntryFilter(kinds: [.rechargePaid])
    let first = try await entries("w", filter, size: 5)
    #expect(first.records.isEmpty && first.next != nil)
    let second = try await entries("w", filter, from: first.next, size: 5)
    #expect(second.records.map(\.sequence) == [3])
    #expect(second.next == nil)
    ledger.committer.close()
  }

  @Test("of entries refuse an unknown wallet and a place that is not the wallet's")
  func refusals() async throws {
    try await ledger.fund("w")
    try await ledger.fund("v")
    await #expect(throws: ScanError.refused(.walletNotFound(WalletID("none")))) { try await entries("none", size: 1) }
    for place in [
      RecordPlace(record: 4, sequence: 1), RecordPlace(record: 2, sequence: 1), RecordPlace(record: 99, sequence: 1),
    ] {
      await #expect(throws: ScanError.cursorUnknown) { try await entries(from: place, size: 1) }
    }
    ledger.committer.close()
  }

  @Test("of wallets go in the order of creation", arguments: [1, 2, 64, 200])
  func walletPages(size: Int) async throws {
    for index in 0..<150 {
      _ = try await ledger.committer.submit(
        Scenario.command(CreateWallet(WalletID("w\(index)"), .usd), key: "k\(index)")
      )
    }
    var last: Int64?
    var found: [String] = []
    repeat {
      let page = try await wallets(after: last, size: size)
      #expect(page.wallets.count == min(size, 150 - found.count))
      found += page.wallets.map(\.id.value)
      last = page.next
    } while last != nil
    #expect(found == (0..<150).map { "w\($0)" })
    ledger.committer.close()
  }
}
