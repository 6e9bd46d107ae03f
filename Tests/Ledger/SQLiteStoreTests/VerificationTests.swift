import Foundation
import Ledger
import LedgerEngine
import SQLiteStore
import StoreContract
import Testing

@Suite("The verification of a file", .timeLimit(.minutes(5)))
struct FileVerificationTests {
  /// Returns a checkpointed file with changes of every kind, including remembered refusals and open records.
  static func populated() async throws -> TemporaryDirectory {
    let directory = TemporaryDirectory()
    let ledger = try OpenLedger(directory.path)
    for (index, mutation) in Scenario.mutations.enumerated() { try await ledger.send(mutation, "k\(index)") }
    try await ledger.send(CreateWallet(WalletID("h"), .usd), "create")
    let charge = try await ledger.send(GrantCredits(WalletID("h"), Scenario.usd(10), memo: "memo"), "grant")
    #expect(charge.entry != nil)
    let charged = try await ledger.send(Charge(WalletID("h"), Scenario.micros(9), .call, reference: ""), "charge")
    try await ledger.send(RefundCharge(try #require(charged.entry?.id), Scenario.micros(5)), "refund")
    for outcome in ["captured", "released", "held"] {
      let hold = PlaceHold(WalletID("h"), Scenario.micros(100), .call, reference: outcome, ttl: 86_400)
      let id = try #require(try await ledger.send(hold, outcome).hold?.id)
      if outcome == "captured" { try await ledger.send(CaptureHold(id, Scenario.micros(8), isFinal: true), "last") }
      if outcome == "released" { try await ledger.send(ReleaseHold(id), "release") }
    }
    _ = try await ledger.committer.submit(PinProcessorAccount(ProcessorAccount(id: "acct_1", isLive: true)))
    _ = try await ledger.committer.submit(AdvanceEventCursor(to: "evt_1"))
    ledger.committer.close()
    // Open again to fold what the first opening left in memory, so that every row counts.
    try OpenLedger(directory.path).committer.close()
    return directory
  }

  @Test("finds no flaws in a sound ledger, which keeps working")
  func sound() async throws {
    let directory = try await Self.populated()
    let ledger = try OpenLedger(directory.path)
    let verdict = try await ledger.verdict()
    #expect(verdict.flaws.kept == [])
    #expect(verdict.records > 30 && verdict.refusals > 1 && verdict.wallets == 9)
    ledger.committer.close()
  }

  static let damages = [
    "UPDATE journal SET amount = amount + 1 WHERE record = 8",
    "UPDATE journal SET kind = 'REFUND' WHERE record = 8",
    "UPDATE journal SET time = time + 1 WHERE record = 8",
    "UPDATE journal SET caller = 'other' WHERE record = 8",
    "UPDATE journal SET idempotency_key = 'other' WHERE record = 8",
    "UPDATE journal SET answer = zeroblob(10) WHERE record = 8",
    "UPDATE journal SET wallet = (SELECT max(wallet) FROM wallet) WHERE record = 8",
    "DELETE FROM journal WHERE record = 8",
    "DELETE FROM journal WHERE record = (SELECT max(record) FROM journal)",
    "PRAGMA ignore_check_constraints = 1; UPDATE ledger SET one = 17",
    "UPDATE ledger SET record = record - 1",
    "UPDATE ledger SET time = time + 1",
    "UPDATE ledger SET refusal = refusal - 1",
    "UPDATE ledger SET refusal_hash = zeroblob(32)",
    "UPDATE refusal SET reason = 'WALLET_CLOSED' WHERE refusal = 1",
    "UPDATE refusal SET idempotency_key = 'other' WHERE refusal = 1",
    "DELETE FROM refusal WHERE refusal = 2",
    "DELETE FROM refusal WHERE refusal = (SELECT max(refusal) FROM refusal)",
    "UPDATE wallet SET currency = 'EUR' WHERE wallet_id = 'h'",
    "UPDATE wallet SET create_time = create_time + 1 WHERE wallet_id = 'h'",
    "UPDATE wallet SET wallet_id = 'x' WHERE wallet_id = 'h'",
    "DELETE FROM wallet WHERE wallet_id = 'h'",
    "UPDATE balance SET posted = posted + 1",
    "UPDATE balance SET held = held + 1",
    "UPDATE balance SET state = 'FROZEN' WHERE state = 'ACTIVE'",
    "UPDATE balance SET open_recharge = 'r0' WHERE open_recharge IS NULL",
    "UPDATE balance SET default_payment_method = 'pm-1' WHERE default_payment_method IS NOT NULL",
    "DELETE FROM balance WHERE wallet = 1",
    "UPDATE hold SET remaining = remaining + 1 WHERE state = 'HELD'",
    "UPDATE hold SET expire_time = expire_time + 1 WHERE state = 'HELD'",
    "UPDATE hold SET state = 'RELEASED', remaining = 0 WHERE state = 'HELD'",
    "UPDATE hold SET record = record - 1 WHERE state = 'CAPTURED'",
    "UPDATE hold SET hold_id = 'h1-00000000' WHERE state = 'RELEASED'",
    "UPDATE hold SET reference = 'x' WHERE state = 'RELEASED'",
    "DELETE FROM hold WHERE state = 'HELD'",
    "DELETE FROM hold WHERE state = 'CAPTURED'",
    "INSERT INTO hold SELECT 1, hold_id, wallet, record, state, amount, remaining, captured, shortfall, is_late, reason, "
      + "reference, caller, expire_time, create_time FROM hold WHERE state = 'RELEASED' LIMIT 1",
    "UPDATE refunded_entry SET refunded = refunded - 1", "UPDATE refunded_entry SET record = record - 1",
    "DELETE FROM refunded_entry", "INSERT INTO refunded_entry VALUES (1, 2, 3)",
    "UPDATE recharge SET amount = amount + 1 WHERE state = 'PAID'",
    "UPDATE recharge SET state = 'FAILED' WHERE recharge_id = 'r5'",
    "UPDATE recharge SET explanation = 'x' WHERE recharge_id = 'r5'",
    "UPDATE recharge SET state = 'FAILED' WHERE recharge_id = 'later-l'",
    // As if it had not been paid after it was given up.
    "UPDATE recharge SET state = 'FAILED', explanation = 'seen', processor_charge_id = NULL, record = "
      + "(SELECT record FROM journal WHERE kind = 'RECHARGE_FAILED' AND recharge_id = 'later-l') "
      + "WHERE recharge_id = 'later-l'",
    "UPDATE recharge SET processor_charge_id = 'ch-x' WHERE recharge_id = 'r1'",
    "DELETE FROM recharge WHERE recharge_id = 'r1'", "DELETE FROM recharge WHERE recharge_id = 'r5'",
    "INSERT INTO recharge SELECT 'r-x', wallet, record, state, amount, purpose, 'ch-x', explanation, create_time, "
      + "update_time FROM recharge WHERE recharge_id = 'r1'",
    "UPDATE payment_method SET token = 'tok-x' WHERE payment_method_id = 'pm-2'",
    "UPDATE payment_method SET last4 = '0000' WHERE payment_method_id = 'pm-1'",
    "DELETE FROM payment_method WHERE payment_method_id = 'pm-1'",
    "INSERT INTO payment_method SELECT 'pm-x', wallet, token, brand, last4, expiry_month, expiry_year, billing_name, "
      + "billing_email, billing_country, billing_postal_code, create_time, state, sum, billing_street, billing_city, "
      + "billing_company, billing_tax_id FROM payment_method LIMIT 1",
    "UPDATE payment_method SET billing_street = 'x' WHERE payment_method_id = 'pm-1'",
    "UPDATE payment_method SET billing_tax_id = '' WHERE billing_tax_id <> ''",
    "UPDATE payment_method SET state = 'REMOVED' WHERE payment_method_id = 'pm-1'",
    "UPDATE payment_method SET state = 'SAVED' WHERE state = 'REMOVED'",
    "UPDATE payment_method SET state = 'X' WHERE payment_method_id = 'pm-1'",
    "DELETE FROM payment_method WHERE state = 'DETACHED'",
    "UPDATE recharge_refund SET amount = amount + 1 WHERE state = 'REFUNDED'",
    "UPDATE recharge_refund SET state = 'FAILED' WHERE state = 'PROCESSING'",
    "UPDATE recharge_refund SET state = 'X' WHERE state = 'REFUNDED'",
    "UPDATE recharge_refund SET recharge_id = 'r1' WHERE state = 'REFUNDED'",
    "UPDATE recharge_refund SET record = record - 1 WHERE state = 'REFUNDED'",
    "UPDATE recharge_refund SET processor_refund_id = 'x' WHERE state = 'REFUNDED'",
    "UPDATE recharge_refund SET explanation = 'x' WHERE state = 'REFUNDED'",
    "DELETE FROM recharge_refund WHERE state = 'REFUNDED'", "DELETE FROM recharge_refund WHERE state = 'PROCESSING'",
    "INSERT INTO recharge_refund SELECT 'rfd-x', recharge_id, wallet, record, state, amount, processor_refund_id, "
      + "explanation, create_time, update_time FROM recharge_refund WHERE state = 'REFUNDED' LIMIT 1",
    "UPDATE dispute SET amount = amount - 1 WHERE state = 'LOST'",
    "UPDATE dispute SET state = 'WON' WHERE state = 'OPENED'",
    "UPDATE dispute SET recharge_id = 'r1' WHERE state = 'LOST'", "UPDATE dispute SET record = record - 1",
    "DELETE FROM dispute WHERE state = 'OPENED'",
    "INSERT INTO dispute SELECT 'dp-x', recharge_id, wallet, record, state, amount, create_time, update_time "
      + "FROM dispute WHERE state = 'LOST' LIMIT 1",
    "UPDATE auto_recharge SET is_enabled = 1 - is_enabled", "UPDATE auto_recharge SET threshold = threshold + 1",
    "UPDATE auto_recharge SET amount = amount + 1", "UPDATE auto_recharge SET monthly_limit = monthly_limit + 1",
    "UPDATE auto_recharge SET monthly_limit = NULL WHERE monthly_limit IS NOT NULL",
    "UPDATE auto_recharge SET phase = 'ARMED', detail = '', phase_time = NULL, wake_time = NULL WHERE phase <> 'ARMED'",
    "UPDATE auto_recharge SET detail = detail || 'x' WHERE phase <> 'ARMED'",
    "UPDATE auto_recharge SET wake_time = coalesce(wake_time, 0) + 1",
    "UPDATE auto_recharge SET failures = failures + 1", "UPDATE auto_recharge SET month = month + 1",
    "UPDATE auto_recharge SET reserved = reserved + 1", "DELETE FROM auto_recharge",
    "INSERT INTO auto_recharge SELECT 1, is_enabled, threshold, amount, monthly_limit, phase, detail, phase_time, "
      + "failures, month, reserved, wake_time, is_disputed FROM auto_recharge",
    "UPDATE auto_recharge SET is_disputed = 1 - is_disputed", "UPDATE fact SET time = time + 1 WHERE fact = 1",
    "UPDATE fact SET content = x'0c616363745f3201' WHERE kind = 'PROCESSOR_ACCOUNT'",
    "UPDATE fact SET kind = 'EVENT_CURSOR' WHERE kind = 'PROCESSOR_ACCOUNT'", "UPDATE fact SET hash = zeroblob(32)",
    "DELETE FROM fact WHERE fact = 1", "DELETE FROM fact WHERE fact = 2", "DELETE FROM fact",
    "INSERT INTO fact SELECT fact + 2, time, kind, content, hash FROM fact WHERE fact = 1",
    "UPDATE ledger SET fact = 1", "UPDATE ledger SET fact_hash = zeroblob(32)",
  ]

  @Test("finds changed, lost and added rows in any table, or refuses the file")
  func damage() async throws {
    let sound = try await Self.populated()
    for sql in Self.damages {
      let directory = TemporaryDirectory()
      try FileManager.default.copyItem(atPath: sound.path, toPath: directory.path)
      let changes = try directory.sqlite3(sql + "; SELECT changes()")
      #expect(changes != "0\n" && !changes.isEmpty, "\(sql) changed nothing")
      do {
        let ledger = try OpenLedger(directory.path)
        let verdict = try await ledger.verdict()
        #expect(!verdict.flaws.isEmpty, "not found: \(sql)")
        ledger.committer.close()
      } catch is StoreError {
        // The store refused the file when opening it.
      } catch is ScanError {
        // The ledger stopped because the rows that it would load next are damaged.
      }
    }
  }

  @Test("verifies a copy that was made while the ledger kept working")
  func copy() async throws {
    let directory = try await Self.populated()
    let ledger = try OpenLedger(directory.path)
    var backups: [(bytes: [UInt8], position: Position)] = []
    for round in 0..<3 {
      let relay = ledger.committer.backup()
      for index in 0..<200 {
        try await ledger.send(Charge(WalletID("h"), Scenario.micros(1), .call, reference: ""), "\(round)/\(index)")
      }
      var bytes: [UInt8] = []
      var last: BackupChunk?
      while let chunk = try await relay.next() {
        bytes += chunk.bytes
        last = chunk
      }
      let chunk = try #require(last)
      #expect(chunk.byteCount == Int64(bytes.count))
      backups.append((bytes, chunk.position))
    }
    ledger.committer.close()
    for backup in backups {
      let copy = TemporaryDirectory()
      try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: false)
      try Data(backup.bytes).write(to: URL(filePath: copy.path + "/ledger.db"))
      let copied = try OpenLedger(copy.path)
      let verdict = try await copied.verdict()
      #expect(verdict.flaws.kept == [])
      #expect(verdict.records == backup.position.record)
      copied.committer.close()
    }
    #expect(try !FileManager.default.contentsOfDirectory(atPath: directory.path).contains("backup.partial"))
  }
}

/// A ledger in a file, opened as the daemon opens it.
private struct OpenLedger {
  let committer: Committer

  init(_ path: String) throws {
    committer = try Committer(
      rules: ReopenableLedger<SQLiteStore>.rules,
      clock: { _ in .now },
      open: { () throws(StoreError) in try SQLiteStore(directory: path) },
      stopped: { _ in }
    )
  }

  @discardableResult
  func send(_ mutation: some Mutation, _ key: String) async throws -> CommandOutcome {
    try await committer.submit(Scenario.command(mutation, key: key))
  }

  func verdict() async throws -> LedgerVerdict {
    let updates = committer.verify()
    var verdict: LedgerVerdict?
    while let update = try await updates.next() {
      if case .verdict(let found) = update { verdict = found }
    }
    return try #require(verdict)
  }
}
