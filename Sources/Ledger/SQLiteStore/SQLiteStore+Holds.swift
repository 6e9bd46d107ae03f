import Ledger
import LedgerEngine

extension SQLiteStore {
  func hold(_ id: HoldID) throws(StoreError) -> Hold? {
    try reading("hold \(id)") { () throws(StoreError) in
      let select = statements.holds.select
      select.bind(.id, id.record)
      defer { select.reset() }
      guard let row = try select.step() else { return nil }
      let hold = try Self.hold(in: row)
      // The record number may come from another ledger: compare the whole id.
      guard hold.id == id else {
        guard hold.id.record == id.record else { throw .damaged("its row was changed") }
        return nil
      }
      try compare(hold, withRecord: row.int64(.record))
      return hold
    }
  }

  /// Compares a hold with the copy in the record that changed it last. Two equal copies need no hash.
  private func compare(_ hold: Hold, withRecord number: Int64) throws(StoreError) {
    guard let record = try storedRecord(number), try decode(record.payload, of: "record \(number)").hold == hold else {
      throw .damaged("its row is not as record \(number) leaves it")
    }
  }

  /// The open holds of a wallet. Computed, so that a hold writes only its own row.
  struct OpenHolds {
    var count: Int64 = 0
    var nextExpiry: LedgerTime?
    /// In micros.
    var remaining: Int64 = 0
  }

  func openHolds(ofWalletRow walletRow: Int64) throws(StoreError) -> OpenHolds {
    let select = statements.holds.selectOpenAmounts
    select.bind(.id, walletRow)
    defer { select.reset() }
    var summary = OpenHolds()
    while let row = try select.step() {
      if summary.count == 0 { summary.nextExpiry = LedgerTime(microseconds: row.int64(.expireTime)) }
      summary.count += 1
      // A damaged row may contain any number.
      summary.remaining &+= row.int64(.remaining)
    }
    return summary
  }

  /// Returns the wallet's holds that are due at `time`, and the open hold that expires next.
  mutating func dueHolds(of walletID: WalletID, at time: LedgerTime) throws(StoreError) -> [Hold] {
    let select = statements.holds.selectOpen
    select.bind(.id, walletID.value)
    defer { select.reset() }
    var holds: [Hold] = []
    while let row = try select.step() {
      let hold = try Self.hold(in: row)
      try compare(hold, withRecord: row.int64(.record))
      holds.append(hold)
      if !hold.isDue(at: time) { break }
    }
    return holds
  }

  /// Returns wallets with due holds, those due longest first.
  mutating func walletsWithDueHolds(at time: LedgerTime, atMost limit: Int) throws(StoreError) -> [WalletID] {
    let select = statements.holds.selectDueWallets
    select.bind(.time, time.microseconds)
    select.bind(.limit, Int64(limit))
    defer { select.reset() }
    var walletIDs: [WalletID] = []
    while let row = try select.step() { walletIDs.append(WalletID(row.text(.walletID))) }
    return walletIDs
  }

  func upsert(_ hold: Hold, walletRow: Int64, changedBy record: Int64) throws(StoreError) {
    let upsert = statements.holds.upsert
    upsert.bind(.hold, hold.id.record)
    upsert.bind(.holdID, hold.id.description)
    upsert.bind(.wallet, walletRow)
    upsert.bind(.record, record)
    upsert.bind(.state, hold.state.rawValue)
    upsert.bind(.amount, hold.amount)
    upsert.bind(.remaining, hold.remaining)
    upsert.bind(.captured, hold.captured)
    upsert.bind(.shortfall, hold.shortfall)
    upsert.bind(.isLate, hold.isLate)
    upsert.bind(.reason, hold.reason.rawValue)
    upsert.bind(.reference, hold.reference)
    upsert.bind(.caller, hold.caller)
    upsert.bind(.expireTime, hold.expireTime.microseconds)
    upsert.bind(.createTime, hold.createTime.microseconds)
    try upsert.run()
  }

  static func hold(in row: Row<HoldStatements.Column>) throws(StoreError) -> Hold {
    guard let id = HoldID(row.text(.holdID)), let currency = Currency(code: row.text(.currency)),
      let state = HoldState(rawValue: row.text(.state)), let reason = ChargeReason(rawValue: row.text(.reason))
    else { throw .damaged("hold \(row.text(.holdID)) was changed") }
    return Hold(
      id: id,
      walletID: WalletID(row.text(.walletID)),
      currency: currency,
      amount: row.int64(.amount),
      remaining: row.int64(.remaining),
      captured: row.int64(.captured),
      shortfall: row.int64(.shortfall),
      state: state,
      isLate: row.bool(.isLate),
      reason: reason,
      reference: row.text(.reference),
      caller: row.text(.caller),
      expireTime: LedgerTime(microseconds: row.int64(.expireTime)),
      createTime: LedgerTime(microseconds: row.int64(.createTime))
    )
  }
}
