import Ledger
import LedgerEngine
import SQLiteStore
import SeededRandom
import SimulatedDisk
import StoreContract
import Synchronization
import Testing

/// A closed ledger, with the answers that it has recorded. Damaged copies of it are asked for the same answers.
struct SoundLedger {
  let directory = TemporaryDirectory()
  let path: String
  let bytes: [UInt8]
  /// Requests that have a recorded answer, with the answers.
  private(set) var answers: [(command: Command, outcome: CommandOutcome)] = []
  private(set) var wallets: [WalletID: Wallet] = [:]

  static let pageSize = 4096

  /// - Parameter lastBatches: The number of batches after the last opening. Their balances, and some of their keys, are only
  /// in the journal.
  init(batches: Int = 60, lastBatches: Int = 0) throws {
    path = directory.path + "/ledger.db"
    let disk = SimulatedDisk()
    var commands: [Command] = []
    let ledger = try ReopenableLedger { [directory] in
      try SQLiteStore(directory: directory.path, settings: .tiny(on: disk))
    }
    for (index, mutation) in Scenario.mutations.enumerated() {
      commands.append(Scenario.command(mutation, key: "first-\(index)"))
      _ = try ledger.run(commands[index])
    }
    var scenario = Scenario(dice: SplitMix64(seed: 17))
    for batch in 0..<batches + lastBatches {
      if batch == batches { try ledger.restart() }
      let some = (0..<4).map { _ in scenario.next() }
      _ = try ledger.run(some, at: LedgerTime(microseconds: Int64(batch + 2) * 1_000_000))
      commands += some
    }
    let charge = Charge(WalletID("a"), Scenario.micros(1), .call, reference: "the newest")
    commands.append(Scenario.command(charge, key: "newest"))
    // Ledger time never goes back.
    _ = try ledger.run(commands, at: LedgerTime(microseconds: Int64(batches + lastBatches + 2) * 1_000_000))
    // A refused request without a recorded answer may have an effect when it is repeated.
    let answered = try commands.filter { try $0.origin?.key != nil && ledger.run($0).isReplay }
    for command in answered { answers.append((command, try ledger.run(command))) }
    for id in ["a", "b", "c", "d", "e", "f", "g", "l"] + Scenario.walletIDs {
      // As it is read in the month of the last batch.
      wallets[WalletID(id)] = try ledger.account(id)?.wallet(readAt: try ledger.position.time)
      wallets[WalletID(id)]?.cardWarning = nil
    }
    // The opening folds all balances.
    if lastBatches == 0 { try ledger.restart() }
    try ledger.whileClosed {}
    bytes = try #require(disk.files[path])
  }

  /// Returns the pages of every table and its indices, by the table's name.
  func pages() throws -> [String: [Int]] {
    let rows = SimulatedDisk(files: [path: bytes]).run(
      "SELECT ifnull(tbl_name, 'sqlite_schema'), pageno FROM dbstat LEFT JOIN sqlite_schema USING (name)",
      in: path
    )
    return Dictionary(grouping: try #require(rows), by: { $0[0] }).mapValues { $0.compactMap { Int($0[1]) } }
  }

  struct Findings {
    /// The reason why the ledger could not be opened.
    var refusal: String?
    var notices: [OpeningNotice] = []
    var servedWallets = 0
    var damagedWallets = 0
    var servedAnswers = 0
    var damagedAnswers = 0
    var newCharges = 0
    var refusedCharges = 0
    var flaws: [String] = []
    /// Wrong answers and failures.
    var wrong: [String] = []
  }

  /// Asks a damaged copy for everything. It may answer that something is damaged, but never with a wrong value.
  func findings(on disk: SimulatedDisk) async throws -> Findings {
    var findings = Findings()
    let notices = Mutex<[OpeningNotice]>([])
    let stops = Mutex<[String]>([])
    let committer: Committer
    do throws(StoreError) {
      committer = try Committer(
        rules: ReopenableLedger<SQLiteStore>.rules,
        clock: { _ in LedgerTime(microseconds: 0) },
        open: { [directory] () throws(StoreError) in
          try SQLiteStore(directory: directory.path, settings: .tiny(on: disk)) { notice in
            notices.withLock { $0.append(notice) }
          }
        },
        stopped: { reason in stops.withLock { $0.append(reason) } }
      )
    } catch {
      findings.refusal = "\(error)"
      return findings
    }
    findings.notices = notices.withLock { $0 }
    defer { committer.close() }
    for (id, wallet) in wallets { await look(at: id, wallet, &findings, committer) }
    for (command, outcome) in answers { await send(again: command, outcome, &findings, committer) }
    for id in wallets.keys { await charge(id, &findings, committer) }
    let updates = committer.verify()
    while let update = try await updates.next() {
      if case .verdict(let verdict) = update { findings.flaws = verdict.flaws.kept }
    }
    findings.wrong += stops.withLock { $0 }.map { "stopped: \($0)" }
    return findings
  }

  private func look(at id: WalletID, _ wallet: Wallet, _ findings: inout Findings, _ committer: Committer) async {
    do throws(LedgerError) {
      var found = try await committer.submit(GetWallet(id)).reply
      found?.cardWarning = nil
      if found != wallet { findings.wrong.append("wallet \(id) is \(String(describing: found))") }
      findings.servedWallets += 1
    } catch {
      if case .damaged = error { findings.damagedWallets += 1 } else { findings.wrong.append("\(id): \(error)") }
    }
  }

  private func send(
    again command: Command,
    _ outcome: CommandOutcome,
    _ findings: inout Findings,
    _ committer: Committer
  ) async {
    do throws(LedgerError) {
      let again = try await committer.submit(command)
      if again != outcome { findings.wrong.append("\(command.origin as Any) gave \(again)") }
      findings.servedAnswers += 1
    } catch {
      if case .damaged = error { findings.damagedAnswers += 1 } else { findings.wrong.append("\(error)") }
    }
  }

  private func charge(_ id: WalletID, _ findings: inout Findings, _ committer: Committer) async {
    do throws(LedgerError) {
      let charge = Charge(id, Scenario.micros(1), .call, reference: "after the damage")
      _ = try await committer.submit(Scenario.command(charge, key: "after-\(id)"))
      findings.newCharges += 1
    } catch {
      if case .damaged = error { findings.refusedCharges += 1 } else { findings.wrong.append("\(id): \(error)") }
    }
  }
}
