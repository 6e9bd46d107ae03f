import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import StoreContract
import Testing

/// A directory that is removed after the test.
final class TemporaryDirectory: Sendable {
  let path: String

  init() { path = FileManager.default.temporaryDirectory.appending(path: "credits-\(UUID().uuidString)").path }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func sqlite3(_ sql: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["sqlite3", path + "/ledger.db", sql]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}

@Suite("The SQLite store keeps the store's contract")
struct SQLiteStoreContractTests {
  let directory = TemporaryDirectory()
  var contract: StoreContract<SQLiteStore> {
    StoreContract { [directory] in try SQLiteStore(directory: directory.path) }
  }

  @Test("a new store is empty") func empty() throws { try contract.aNewStoreIsEmpty() }
  @Test("every mutation survives a restart") func restart() throws { try contract.everyMutationSurvivesARestart() }
  @Test("position and time survive a restart") func position() throws { try contract.positionSurvivesARestart() }
  @Test("facts survive a restart") func facts() throws { try contract.factsSurviveARestart() }
  @Test("cards are found by their tokens") func tokens() throws { try contract.cardsAreFoundByTheirTokens() }
  @Test("keys are taken byte for byte") func keys() throws { try contract.keysAreTakenByteForByte() }
  @Test("agrees with the pure rules", arguments: UInt64(1)...12)
  func random(seed: UInt64) throws { try contract.agreesWithThePureRules(seed: seed) }
  @Test("agrees with the model", arguments: UInt64(1)...4)
  func model(seed: UInt64) throws { try contract.agreesWithTheModel(seed: seed, steps: 1000) }
}

@Suite("The SQLite store keeps its contract when keys share their hashes")
struct SharedHashesTests {
  let directory = TemporaryDirectory()
  var contract: StoreContract<SQLiteStore> {
    StoreContract { [directory] in
      try SQLiteStore(directory: directory.path, keyHash: { .max - UInt64($0.key.utf8.count % 3) })
    }
  }

  @Test("every mutation survives a restart") func restart() throws { try contract.everyMutationSurvivesARestart() }
  @Test("keys are taken byte for byte") func keys() throws { try contract.keysAreTakenByteForByte() }
  @Test("agrees with the pure rules", arguments: UInt64(1)...3)
  func random(seed: UInt64) throws { try contract.agreesWithThePureRules(seed: seed) }
}

@Suite("The SQLite store")
struct SQLiteStoreTests {
  let directory = TemporaryDirectory()

  func open() throws(StoreError) -> SQLiteStore { try SQLiteStore(directory: directory.path) }

  @Test("never shares its directory")
  func lock() throws {
    var first: SQLiteStore? = try open()
    let error = #expect(throws: StoreError.self) { try open() }
    #expect("\(error as Any)".contains("another process uses the data directory"))
    #expect(first != nil)
    // As a child of this process has it until it calls exec(3).
    let copy = try #require(try copyOfDescriptor(of: directory.path + "/lock"))
    defer { close(copy) }
    first = nil
    #expect(throws: Never.self) { try open() }
  }

  /// Returns a copy of this process's descriptor of a file, or nil if it has none.
  private func copyOfDescriptor(of path: String) throws -> Int32? {
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + name)
      if target == path, let number = Int32(name) { return dup(number) }
    }
    return nil
  }

  @Test("refuses ledgers of newer versions and files of other kinds")
  func version() throws {
    _ = try open()
    _ = try directory.sqlite3("PRAGMA user_version = 99")
    let newer = #expect(throws: StoreError.self) { try open() }
    #expect("\(newer as Any)".contains("use a newer program"))
    _ = try directory.sqlite3("PRAGMA application_id = 7")
    let foreign = #expect(throws: StoreError.self) { try open() }
    #expect("\(foreign as Any)".contains("not a credits ledger"))
  }

  @Test("makes its files readable to their owner only")
  func modes() throws {
    let store = try open()
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(names.contains("ledger.db-wal"))
    for path in [directory.path] + names.map({ directory.path + "/" + $0 }) {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect((mode ?? 0o777) & 0o077 == 0, "\(path)")
    }
    _ = store
  }

  @Test("lists open holds and recharges by state through its indexes, like a store in memory")
  func lists() throws {
    var memory = InMemoryStore(InMemoryStore.Memory())
    var store = try open()
    for (index, mutation) in Scenario.mutations.enumerated() {
      let command = Scenario.command(mutation, key: "k\(index)")
      for isSQLite in [true, false] {
        var needs = Needs(at: Scenario.time)
        command.addNeeds(to: &needs)
        var state = try isSQLite ? store.load(needs) : memory.load(needs)
        _ = command.decide(by: ReopenableLedger<InMemoryStore>.rules, in: &state, at: Scenario.time)
        if isSQLite { try store.persist(state) } else { try memory.persist(state) }
      }
    }
    var found = 0
    for state in RechargeState.allCases {
      for limit in [1, 3, 100] {
        let states: Set = [state, .paid]
        let first = try store.rechargeIDs(in: states, before: nil, limit: limit)
        let expectedFirst = try memory.rechargeIDs(in: states, before: nil, limit: limit)
        let next = try store.rechargeIDs(in: states, before: first.last, limit: limit)
        let expectedNext = try memory.rechargeIDs(in: states, before: first.last, limit: limit)
        #expect(first == expectedFirst && next == expectedNext, "\(states) \(limit)")
        found += first.count
      }
    }
    #expect(found > 20)
    for wallet in [nil, "c", "a", "nobody"] as [String?] {
      let walletID = wallet.map { WalletID($0) }
      let holds = try store.openHolds(of: walletID, after: nil, limit: 100)
      let expected = try memory.openHolds(of: walletID, after: nil, limit: 100)
      let rest = try store.openHolds(of: walletID, after: holds.last?.key, limit: 1)
      #expect(holds.map(\.key) == expected.map(\.key) && rest.isEmpty)
      #expect(holds.compactMap { $0.row.row?.hold.reference } == (wallet == nil || wallet == "c" ? ["open"] : []))
    }
  }

  @Test("charges a wallet whose open recharge is damaged, because only a refusal would name it")
  func damagedOpenRecharge() throws {
    let wallet = WalletID("w")
    do {
      let ledger = try ReopenableLedger { try open() }
      for mutation in [
        CreateWallet(wallet, .usd), GrantCredits(wallet, Scenario.usd(10), memo: ""),
        SavePaymentMethod(wallet, Scenario.card("1")), StartRecharge(RechargeID("r"), wallet, Scenario.usd(25), nil),
      ] as [any Mutation] {
        #expect(try ledger.run(Scenario.command(mutation, key: "\(type(of: mutation))")).refusal == nil)
      }
      let tooMuch = Scenario.command(Charge(wallet, Scenario.usd(30), .call, reference: ""), key: "named")
      #expect(try ledger.run(tooMuch).refusal?.facts[.openRecharge] == "r")
    }
    _ = try directory.sqlite3("UPDATE recharge SET amount = amount + 1")
    let ledger = try ReopenableLedger { try open() }
    let tooMuch = Scenario.command(Charge(wallet, Scenario.usd(30), .call, reference: ""), key: "unnamed")
    let refusal = try ledger.run(tooMuch).refusal
    #expect(refusal?.reason == .insufficientCredits && refusal?.facts[.openRecharge] == nil)
    #expect(
      try ledger.run(Scenario.command(Charge(wallet, Scenario.usd(10), .call, reference: ""), key: "all")).refusal
        == nil
    )
  }

  @Test("can be inspected with sqlite3")
  func views() throws {
    do {
      let ledger = try ReopenableLedger { try open() }
      for (index, mutation) in Scenario.mutations.enumerated() {
        _ = try ledger.run(Scenario.command(mutation, key: "k\(index)"))
      }
    }
    let balances = try directory.sqlite3("SELECT wallet_id, posted, available, state FROM balances ORDER BY 1")
    #expect(
      balances == """
        a|44.997499|44.997499|ACTIVE
        b|0.000000|0.000000|ACTIVE
        c|3.000000|0.000000|ACTIVE
        d|0.000000|0.000000|CLOSED
        e|49.000000|49.000000|ACTIVE
        f|10.000000|10.000000|ACTIVE
        g|95.000000|95.000000|ACTIVE
        h|0.000000|0.000000|ACTIVE
        l|25.000000|25.000000|ACTIVE

        """
    )
    #expect(try directory.sqlite3("SELECT sum(micros) FROM accounts") == "0\n")
    let entries = try directory.sqlite3(
      "SELECT kind, amount, reference FROM entries WHERE wallet_id < 'c'"
    )
    #expect(
      entries == """
        RECHARGE|10.000000|
        CHARGE|-0.002500|call é
        RECHARGE|20.000000|
        RECHARGE|15.000000|
        CHARGE|-0.000001|last

        """
    )
    let holds = try directory.sqlite3("SELECT reference, state, remaining, captured, shortfall FROM holds")
    #expect(
      holds == """
        captured|CAPTURED|0.000000|4.000000|0.000000
        released|RELEASED|0.000000|0.000000|0.000000
        open|HELD|3.000000|2.000000|0.000000
        over|CAPTURED|0.000000|20.000000|7.000000

        """
    )
    let states = try directory.sqlite3("SELECT recharge_id, state FROM recharges WHERE wallet_id < 'e' ORDER BY 1")
    #expect(states == "r1|PAID\nr2|DECLINED\nr3|PAID\nr4|FAILED\nr5|NEEDS_REVIEW\nr6|PAID\n")
    let settings = try directory.sqlite3(
      "SELECT wallet_id, threshold, amount, state, failure_count, charged_this_month FROM auto_recharges"
    )
    let kinds = try directory.sqlite3("SELECT DISTINCT kind FROM entries ORDER BY 1").split(separator: "\n")
    #expect(
      kinds == [
        "CAPTURE", "CHARGE", "CORRECTION", "DISPUTE", "GRANT", "OPENING_BALANCE", "RECHARGE", "RECHARGE_REFUND",
        "REFUND",
        "WRITE_OFF",
      ]
    )
    let purposes = try directory.sqlite3("SELECT DISTINCT purpose FROM recharges ORDER BY 1")
    #expect(purposes == "AUTOMATIC\nCHANGE_CARD\nMANUAL\n")
    #expect(settings == "e|20.000000|30.000000|COOLDOWN|0|30.000000\n")
  }

  @Test(
    "detects changes made by others",
    arguments: [
      "UPDATE journal SET amount = amount + 1 WHERE record = 6", "DELETE FROM journal WHERE record = 6",
      "UPDATE journal SET answer = x'00' WHERE record = 6", "UPDATE balance SET posted = posted + 1",
      "UPDATE journal SET idempotency_key = 'other' WHERE record = 6",
      "UPDATE balance SET head_record = 6, head_hash = (SELECT hash FROM journal WHERE record = 6)",
      "UPDATE journal SET fingerprint = zeroblob(32) WHERE record = 6",
    ]
  )
  func tampering(sql: String) throws {
    let ledger = try ReopenableLedger { try open() }
    _ = try ledger.run(Scenario.command(CreateWallet(WalletID("w"), .usd), key: "w"))
    _ = try ledger.run(
      Scenario.command(StartRecharge(RechargeID("r"), WalletID("w"), Scenario.usd(10), Scenario.card("1")), key: "r")
    )
    _ = try ledger.run(Scenario.command(SettleRecharge(RechargeID("r"), .paid(processorChargeID: "c")), key: ""))
    for index in 4...8 {
      let charge = Charge(WalletID("w"), Scenario.micros(1), .call, reference: "")
      _ = try ledger.run(Scenario.command(charge, key: "k\(index)"))
    }
    try ledger.prove(["w"])
    // Restart to fold the balances: before that, their rows do not count, and changing them has no effect.
    try ledger.restart()
    let copy = TemporaryDirectory()
    try ledger.whileClosed { [directory] in
      try FileManager.default.copyItem(atPath: directory.path, toPath: copy.path)
      _ = try copy.sqlite3(sql)
    }
    let tampered = try ReopenableLedger { try SQLiteStore(directory: copy.path) }
    #expect(throws: (any Error).self) { try tampered.prove(["w"]) }
  }
}
