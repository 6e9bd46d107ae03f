import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import SeededRandom
import SimulatedDisk
import StoreContract
import Testing

@Suite("A ledger with a damaged page", .timeLimit(.minutes(30)))
struct DamagedPageTests {
  enum Damage: CaseIterable {
    /// The page is filled with zeros.
    case zeros
    /// The page contains another page of the file.
    case misdirected
    /// Reads of the page return an I/O error.
    case unreadable
  }

  /// Whether each table is damaged in each way, rather than in one.
  static var isThorough: Bool { ProcessInfo.processInfo.environment["CREDITS_DAMAGED_PAGES"] != nil }

  /// The number of pages to damage of each table; `CREDITS_DAMAGED_PAGES=all` damages each.
  static var pagesPerTable: Int {
    switch ProcessInfo.processInfo.environment["CREDITS_DAMAGED_PAGES"] {
    case "all": .max
    case let text: text.flatMap { Int($0) } ?? 1
    }
  }

  /// Tables without which nothing can be served.
  static let needed: Set<String> = ["sqlite_schema", "ledger"]

  func disk(of ledger: SoundLedger, _ damage: Damage, page: Int) -> SimulatedDisk {
    let bytes = (page - 1) * SoundLedger.pageSize..<page * SoundLedger.pageSize
    var content = ledger.bytes
    switch damage {
    case .zeros: content.overwrite(at: bytes.lowerBound, with: [UInt8](repeating: 0, count: bytes.count))
    case .misdirected:
      let other = (page % (content.count / SoundLedger.pageSize - 2) + 2) * SoundLedger.pageSize
      content.overwrite(at: bytes.lowerBound, with: Array(content[other..<other + SoundLedger.pageSize]))
    case .unreadable: break
    }
    let disk = SimulatedDisk(files: [ledger.path: content])
    if damage == .unreadable { disk.failReads(of: ledger.path, bytes) }
    return disk
  }

  @Test("says nothing that is not so, takes no used key for new, and is proved to the end", arguments: Damage.allCases)
  func everyPage(damage: Damage) async throws {
    let ledger = try SoundLedger(batches: Self.isThorough ? 60 : 10)
    var dice = SplitMix64(seed: 3)
    for (index, (table, pages)) in try ledger.pages().sorted(by: { $0.key < $1.key }).enumerated() {
      guard Self.isThorough || Damage.allCases[index % Damage.allCases.count] == damage else { continue }
      for page in pages.shuffled(using: &dice).prefix(Self.pagesPerTable) {
        let findings = try await ledger.findings(on: disk(of: ledger, damage, page: page))
        #expect(findings.wrong == [], "page \(page) of \(table)")
        if let refusal = findings.refusal {
          #expect(Self.needed.contains(table), "page \(page) of \(table): \(refusal)")
        } else {
          #expect(!findings.flaws.isEmpty, "page \(page) of \(table)")
        }
      }
    }
  }

  @Test("of the journal serves all wallets that do not need it")
  func journal() async throws {
    let ledger = try SoundLedger()
    let pages = try #require(try ledger.pages()["journal"]).sorted()
    var most = 0
    for page in pages.suffix(Self.pagesPerTable) + pages.dropFirst().prefix(Self.pagesPerTable) {
      let findings = try await ledger.findings(on: disk(of: ledger, .zeros, page: page))
      most = max(most, findings.servedWallets)
      #expect(findings.refusal == nil && findings.damagedAnswers > 0)
    }
    #expect(most >= ledger.wallets.count - 1)
  }

  @Test("refuses new keys where used ones may be lost, says so, and answers the others")
  func lostKeys() async throws {
    let ledger = try SoundLedger(lastBatches: 3)
    let place = try #require(ledger.bytes.firstRange(of: Array("the newest".utf8))).lowerBound
    let damaged = disk(of: ledger, .zeros, page: place / SoundLedger.pageSize + 1)
    let findings = try await ledger.findings(on: damaged)
    #expect(findings.refusal == nil)
    // The lost records may be any wallet's, so a read may lack them.
    #expect(findings.wrong.allSatisfy { $0.hasPrefix("wallet ") })
    #expect(findings.newCharges == 0 && findings.refusedCharges == ledger.wallets.count)
    #expect(findings.servedWallets > 0 && findings.servedAnswers > 0)
    #expect(findings.notices.contains { "\($0)".contains("new idempotency keys are refused, reads are served") })
  }

  @Test("can be read again once the disk reads it again, and has forgotten nothing")
  func passingError() async throws {
    let ledger = try SoundLedger(lastBatches: 3)
    for page in try #require(try ledger.pages()["balance"]) {
      let damaged = disk(of: ledger, .unreadable, page: page)
      _ = try await ledger.findings(on: damaged)
      let left = try #require(damaged.files[ledger.path])
      let sound = SimulatedDisk(files: [ledger.path: left])
      let reopened = try ReopenableLedger { [path = ledger.directory.path] in
        try SQLiteStore(directory: path, settings: .tiny(on: sound))
      }
      try reopened.prove(["a", "b", "c", "d", "e", "f", "g"] + Scenario.walletIDs)
    }
  }
}

@Suite("A ledger with a flipped bit", .timeLimit(.minutes(30)))
struct FlippedBitTests {
  /// The number of bits to flip in each table; `CREDITS_FLIPPED_BITS` sets it.
  static var flips: Int { ProcessInfo.processInfo.environment["CREDITS_FLIPPED_BITS"].flatMap { Int($0) } ?? 1 }

  /// The tables whose rows are proved by a record or have a checksum.
  static let tables = [
    "balance", "journal", "refusal", "hold", "refunded_entry", "recharge", "recharge_refund", "payment_method",
    "auto_recharge", "folded", "key_run", "key_extent", "key_page",
  ]

  /// The tables whose bits are flipped: a few unless `CREDITS_FLIPPED_BITS` asks for more.
  static let chosenTables =
    ProcessInfo.processInfo.environment["CREDITS_FLIPPED_BITS"] == nil
    ? ["balance", "journal", "key_page", "folded"] : tables

  @Test("serves nothing that it makes false", arguments: Self.chosenTables)
  func bits(table: String) async throws {
    let ledger = try SoundLedger(batches: 30, lastBatches: 2)
    let pages = try #require(try ledger.pages()[table], "\(table)")
    var dice = SplitMix64(seed: 5)
    for _ in 0..<Self.flips {
      let page = try #require(pages.randomElement(using: &dice))
      var index: Int
      repeat {
        index = (page - 1) * SoundLedger.pageSize + Int.random(in: 0..<SoundLedger.pageSize, using: &dice)
      } while ledger.bytes[index] == 0 && Int.random(in: 0..<64, using: &dice) != 0
      var changed = ledger.bytes
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &dice)
      changed[index] ^= bit
      let findings = try await ledger.findings(on: SimulatedDisk(files: [ledger.path: changed]))
      #expect(findings.wrong == [], "bit \(bit) of byte \(index), in page \(page) of \(table)")
    }
  }

  @Test("of a balance is neither served nor spent", arguments: ["posted", "held", "state", "sequence", "head_record"])
  func balance(column: String) throws {
    let directory = TemporaryDirectory()
    let ledger = try ReopenableLedger { try SQLiteStore(directory: directory.path) }
    for wallet in ["w", "other"] {
      _ = try ledger.run(Scenario.command(CreateWallet(WalletID(wallet), .usd), key: wallet))
      _ = try ledger.run(Scenario.command(GrantCredits(WalletID(wallet), Scenario.usd(1), memo: ""), key: "g\(wallet)"))
    }
    // The opening folds the balances.
    try ledger.restart()
    let change = column == "state" ? "'FROZEN'" : "\(column) + 1"
    try ledger.whileClosed {
      _ = try directory.sqlite3(
        "UPDATE balance SET \(column) = \(change) WHERE wallet = (SELECT wallet FROM wallet WHERE wallet_id = 'w')"
      )
    }
    for command in [
      Command.ask(GetWallet(WalletID("w"))),
      Scenario.command(Charge(WalletID("w"), Scenario.usd(1), .call, reference: ""), key: "spend"),
    ] {
      let error = #expect(throws: StoreError.self) { try ledger.run(command) }
      guard case .damaged? = error else { return #expect(Bool(false), "\(error as Any)") }
    }
    let charge = Charge(WalletID("other"), Scenario.usd(1), .call, reference: "")
    #expect(try ledger.run(Scenario.command(charge, key: "spend other")).isReplay == false)
  }
}
