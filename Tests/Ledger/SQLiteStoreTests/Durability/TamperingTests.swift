import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import SeededRandom
import SimulatedDisk
import StoreContract
import Testing

/// Flips bits, deletes rows and cuts tails of a closed ledger's file. If the ledger then reads differently, either the
/// verification finds the change or the file is refused.
@Suite("A tampered ledger", .timeLimit(.minutes(30)))
struct TamperingTests {
  /// The number of bits to flip, set by `CREDITS_TAMPERING`. A tenth as many rows are deleted and tails cut.
  static var flips: Int { ProcessInfo.processInfo.environment["CREDITS_TAMPERING"].flatMap { Int($0) } ?? 60 }

  static let tables = [
    "ledger", "wallet", "balance", "journal", "refusal", "fact", "hold", "refunded_entry", "recharge",
    "payment_method", "auto_recharge", "folded", "key_run", "key_extent", "key_page",
  ]

  enum Finding: Equatable {
    case refused
    case flawed
    case clean
  }

  /// A closed ledger, with methods to examine changed copies of it.
  struct Original {
    let directory = TemporaryDirectory()
    let path: String
    let bytes: [UInt8]
    let contents: [[String]]

    init() throws {
      let disk = SimulatedDisk()
      path = directory.path + "/ledger.db"
      try Original.fill(disk, directory)
      // Opening folds the balances, so that their rows count; closing copies the log into the file.
      _ = try SQLiteStore(directory: directory.path, settings: .tiny(on: disk))
      bytes = try #require(disk.files[path])
      contents = try #require(Original.contents(of: disk, path))
      #expect(disk.files.count == 1)
    }

    private static func fill(_ disk: SimulatedDisk, _ directory: TemporaryDirectory) throws {
      let ledger = try ReopenableLedger { try SQLiteStore(directory: directory.path, settings: .tiny(on: disk)) }
      for (index, mutation) in Scenario.mutations.enumerated() {
        _ = try ledger.run(Scenario.command(mutation, key: "first-\(index)"))
      }
      try fillRest(of: ledger)
      _ = try ledger.decide(PinProcessorAccount(ProcessorAccount(id: "acct_1", isLive: true)))
      for cursor in 1...20 { _ = try ledger.decide(AdvanceEventCursor(to: "evt_\(cursor)")) }
      var scenario = Scenario(dice: SplitMix64(seed: 11))
      for batch in 2...60 {
        let time = LedgerTime(microseconds: Int64(batch) * 1_000_000)
        _ = try ledger.run((0..<4).map { _ in scenario.next() }, at: time)
      }
    }

    /// Adds records that random commands might omit: refunds, and holds in several states.
    private static func fillRest(of ledger: ReopenableLedger<SQLiteStore>) throws {
      let wallet = WalletID("h")
      func run(_ mutation: some Mutation) throws -> CommandOutcome {
        try ledger.run(Scenario.command(mutation, key: "rest-\(mutation)"))
      }
      _ = try run(CreateWallet(wallet, .usd))
      _ = try run(GrantCredits(wallet, Scenario.usd(10), memo: "memo"))
      for micros in 5...9 {
        let charged = try run(Charge(wallet, Scenario.micros(Int64(micros)), .call, reference: ""))
        _ = try run(RefundCharge(try #require(charged.entry?.id), Scenario.micros(5)))
        let hold = PlaceHold(wallet, Scenario.micros(100), .call, reference: "\(micros)", ttl: 86_400)
        let id = try #require(try run(hold).hold?.id)
        if micros == 5 { _ = try run(CaptureHold(id, Scenario.micros(8), isFinal: true)) }
        if micros == 6 { _ = try run(ReleaseHold(id)) }
      }
    }

    /// Returns the content of the ledger's tables, byte for byte. Ignores storage classes of values that read the same, and
    /// includes rows of `balance` only as far as they show. Leaves out the key index, which the verification checks by lookups.
    static func contents(of disk: SimulatedDisk, _ path: String) -> [[String]]? {
      var contents: [[String]] = []
      for table in TamperingTests.tables.dropLast(4) {
        let source = table == "balance" ? "current_balance" : table
        guard let columns = disk.run("SELECT name, type FROM pragma_table_info('\(source)')", in: path) else {
          return nil
        }
        let values = columns.map { column in
          let value = column[1] == "INTEGER" ? "printf('%d', \"\(column[0])\")" : "\"\(column[0])\""
          return "iif(\"\(column[0])\" IS NULL, 'NULL', hex(\(value)))"
        }
        .joined(separator: ", ")
        guard let rows = disk.run("SELECT \(values) FROM \"\(source)\" ORDER BY 1, 2", in: path) else { return nil }
        contents += rows
      }
      return contents
    }

    func examine(_ bytes: [UInt8]) async throws -> Finding {
      let disk = SimulatedDisk(files: [path: bytes])
      do {
        let committer = try Committer(
          rules: ReopenableLedger<SQLiteStore>.rules,
          clock: { _ in LedgerTime(microseconds: 0) },
          open: { [directory] () throws(StoreError) in
            try SQLiteStore(directory: directory.path, settings: .tiny(on: disk))
          },
          stopped: { _ in }
        )
        defer { committer.close() }
        let updates = committer.verify()
        while let update = try await updates.next() {
          if case .verdict(let verdict) = update { return verdict.flaws.isEmpty ? .clean : .flawed }
        }
        return .refused
      } catch is StoreError {
        return .refused
      } catch is ScanError {
        return .refused
      }
    }

    /// Whether the change was found, or does not affect the ledger's content.
    func isHarmlessOrFound(_ changed: [UInt8]) async throws -> (Bool, Finding) {
      let finding = try await examine(changed)
      guard finding == .clean else { return (true, finding) }
      return (Original.contents(of: SimulatedDisk(files: [path: changed]), path) == contents, finding)
    }
  }

  @Test("is sound if nothing was changed")
  func sound() async throws {
    let original = try Original()
    #expect(try await original.examine(original.bytes) == .clean)
  }

  @Test("is detected for every significant flipped bit")
  func bits() async throws {
    let original = try Original()
    let disk = SimulatedDisk(files: [original.path: original.bytes])
    let owners = try #require(
      disk.run(
        "SELECT ifnull(tbl_name, ''), pageno FROM dbstat JOIN sqlite_schema USING (name) ORDER BY pageno",
        in: original.path
      )
    )
    let pages = Dictionary(grouping: owners, by: { $0[0] }).mapValues { $0.compactMap { Int($0[1]) } }
    var dice = SplitMix64(seed: 21)
    var findings: [Finding: Int] = [:]
    for number in 0..<Self.flips {
      let table = Self.tables[number % Self.tables.count]
      let page = try #require(pages[table]?.randomElement(using: &dice), "\(table)")
      // Most of a small table's page is empty, so prefer bytes that are not zero.
      var (index, bit): (Int, UInt8)
      repeat {
        index = (page - 1) * 4096 + Int.random(in: 0..<4096, using: &dice)
        bit = 1 << UInt8.random(in: 0..<8, using: &dice)
      } while original.bytes[index] == 0 && Int.random(in: 0..<32, using: &dice) != 0
      var changed = original.bytes
      changed[index] ^= bit
      let (isFound, finding) = try await original.isHarmlessOrFound(changed)
      findings[finding, default: 0] += 1
      #expect(isFound, "bit \(bit) of byte \(index), in \(table)")
    }
    // A damaged ledger is opened if it can serve anything, and then its proof finds the damage.
    #expect(findings[.flawed, default: 0] > 0, "\(findings)")
    print("\(Self.flips) flipped bits:", findings)
  }

  @Test("is detected for every deleted row")
  func rows() async throws {
    let original = try Original()
    var dice = SplitMix64(seed: 22)
    for number in 0..<max(Self.tables.count, Self.flips / 10) {
      let table = Self.tables[number % Self.tables.count]
      let disk = SimulatedDisk(files: [original.path: original.bytes])
      let key = ["recharge": "recharge_id", "payment_method": "payment_method_id"][table] ?? "rowid"
      let count = disk.run("SELECT count(*) FROM \(table)", in: original.path).flatMap { Int($0[0][0]) }
      let rowCount = try #require(count)
      try #require(rowCount > 0, "\(table) is empty")
      let offset = Int.random(in: 0..<rowCount, using: &dice)
      let sql = "DELETE FROM \(table) WHERE \(key) = (SELECT \(key) FROM \(table) LIMIT 1 OFFSET \(offset))"
      #expect(disk.run(sql, in: original.path) != nil)
      let (isFound, _) = try await original.isHarmlessOrFound(try #require(disk.files[original.path]))
      #expect(isFound, "row \(offset) of \(table)")
    }
  }

  @Test("is detected for every truncated tail")
  func tails() async throws {
    let original = try Original()
    var dice = SplitMix64(seed: 23)
    for number in 0..<max(12, Self.flips / 10) {
      var changed: [UInt8]
      switch number % 4 {
      case 0: changed = Array(original.bytes.dropLast(Int.random(in: 1...4096, using: &dice)))
      case 1: changed = Array(original.bytes.dropLast(4096 * Int.random(in: 1...10, using: &dice)))
      default:
        let table = number % 4 == 2 ? "journal" : "refusal"
        let disk = SimulatedDisk(files: [original.path: original.bytes])
        let length = Int.random(in: 1...15, using: &dice)
        let column = table == "journal" ? "record" : "refusal"
        let sql = "DELETE FROM \(table) WHERE \(column) > (SELECT max(\(column)) FROM \(table)) - \(length)"
        #expect(disk.run(sql, in: original.path) != nil)
        changed = try #require(disk.files[original.path])
      }
      #expect(try await original.examine(changed) != .clean, "tail \(number)")
    }
  }
}
