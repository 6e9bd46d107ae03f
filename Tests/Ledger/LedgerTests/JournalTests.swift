import Ledger
import SeededRandom
import StoreContract
import Testing

@Suite("The journal")
struct JournalTests {
  static func journal() -> (records: [JournalRecord], account: Account) {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    for index in 0..<5 { _ = ledger.send(Charge(WalletID("w"), usd(1), .call, reference: "call-\(index)")) }
    return (ledger.state.changes.records, ledger.state.accounts[WalletID("w")]!)
  }

  static func verify(_ records: [JournalRecord], _ account: Account) throws(JournalVerifier.Flaw) {
    var verifier = JournalVerifier(walletID: WalletID("w"), sha256: TestLedger.sha256)
    for record in records { try verifier.check(record) }
    try verifier.finish(at: account)
  }

  @Test("verifies")
  func sound() throws {
    let (records, account) = Self.journal()
    try Self.verify(records, account)
  }

  @Test("detects a change of any field", arguments: 0..<20)
  func changed(field: Int) throws {
    let (sound, account) = Self.journal()
    var records = sound
    let edits: [(inout JournalRecord) -> Void] = [
      { $0.number += 1 }, { $0.walletID = WalletID("v") }, { $0.sequence += 1 }, { $0.previous += 1 },
      { $0.time = LedgerTime(microseconds: 7) }, { $0.kind = .rechargePaid }, { $0.amount += 1 },
      { $0.counterAccount = .grants }, { $0.posted += 1 }, { $0.held += 1 }, { $0.reason = .text },
      { $0.reference += "x" }, { $0.rechargeID = RechargeID("r") }, { $0.origin.caller = "mallory" },
      { $0.origin.key = "other" }, { $0.payload[3] ^= 1 }, { $0.heldChange += 1 },
      { $0.holdID = HoldID(record: 1, tag: 0) }, { $0.refundedEntryID = EntryID(record: 1, tag: 0) },
      { $0.shortfall += 1 },
    ]
    edits[field](&records[4])
    #expect(throws: JournalVerifier.Flaw.self) { try Self.verify(records, account) }
  }

  @Test("detects a lost record, a swapped pair and a truncated tail")
  func lost() {
    let (records, account) = Self.journal()
    for index in records.indices {
      var without = records
      without.remove(at: index)
      #expect(throws: JournalVerifier.Flaw.self) { try Self.verify(without, account) }
    }
    var swapped = records
    swapped.swapAt(3, 4)
    #expect(throws: JournalVerifier.Flaw.self) { try Self.verify(swapped, account) }
    #expect(throws: JournalVerifier.Flaw.self) { try Self.verify([], account) }
  }

  @Test("decodes every payload from its bytes")
  func coding() throws {
    var ledger = TestLedger()
    ledger.openWallet("w", funded: 10)
    _ = ledger.send(SavePaymentMethod(WalletID("w"), card("b")))
    _ = ledger.send(ChangeCardAndPay(RechargeID("r"), WalletID("w"), usd(10), card("c")))
    _ = ledger.settle("r", .authenticationRequired(processorChargeID: "ch", nextActionURL: "https://a.example"))
    let charged = ledger.send(Charge(WalletID("w"), micros(1), .numberPurchase, reference: "é\u{1F4DE}"))
    for record in ledger.state.changes.records {
      #expect(try RecordPayload(canonicalBytes: record.payload).canonicalBytes == record.payload)
    }
    let reply = try #require(charged.reply)
    #expect(try EntryReply(RecordPayload(canonicalBytes: reply.payload.canonicalBytes)) == reply)
  }

  @Test("never crashes on damaged payloads", arguments: UInt64(1)...50)
  func damaged(seed: UInt64) {
    var dice = SplitMix64(seed: seed)
    for record in Self.journal().records {
      var bytes = record.payload
      for _ in 0..<3 {
        bytes[Int.random(in: bytes.indices, using: &dice)] = UInt8.random(in: .min ... .max, using: &dice)
      }
      if Bool.random(using: &dice) { bytes.removeLast(Int.random(in: 0...bytes.count, using: &dice)) }
      _ = try? RecordPayload(canonicalBytes: bytes)
    }
  }
}
