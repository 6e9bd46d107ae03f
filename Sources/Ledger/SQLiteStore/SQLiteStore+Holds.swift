import Ledger
import LedgerEngine

extension SQLiteStore {
  mutating func hold(_ id: HoldID) throws(StoreError) -> Hold? {
    let select = statements.selectHold
    select.bind(1, id.record)
    defer { select.reset() }
    guard try select.step() else { return nil }
    let hold = try Self.readHold(select)
    // The number may be another ledger's: only the whole id is the hold's.
    return hold.id == id ? hold : nil
  }

  /// What an account knows of its holds. Derived, so that a hold costs no write beside its own row.
  func openHolds(ofWalletRow row: Int64) throws(StoreError) -> (count: Int64, nextExpiry: LedgerTime?) {
    let select = statements.summarizeOpenHolds
    select.bind(1, row)
    defer { select.reset() }
    guard try select.step(), !select.isNull(1) else { return (0, nil) }
    return (select.int64(0), LedgerTime(microseconds: select.int64(1)))
  }

  /// The wallet's holds that are due at `time`, and of its other open holds the one that expires first.
  mutating func dueHolds(of walletID: WalletID, at time: LedgerTime) throws(StoreError) -> [Hold] {
    let select = statements.selectOpenHolds
    select.bind(1, walletID.value)
    defer { select.reset() }
    var holds: [Hold] = []
    while try select.step() {
      let hold = try Self.readHold(select)
      holds.append(hold)
      if !hold.isDue(at: time) { break }
    }
    return holds
  }

  /// Wallets with due holds, those whose holds are due longest first.
  mutating func walletsWithDueHolds(at time: LedgerTime, atMost limit: Int) throws(StoreError) -> [WalletID] {
    let select = statements.selectWalletsWithDueHolds
    select.bind(1, time.microseconds)
    select.bind(2, Int64(limit))
    defer { select.reset() }
    var walletIDs: [WalletID] = []
    while try select.step() { walletIDs.append(WalletID(select.text(0))) }
    return walletIDs
  }

  func upsert(_ hold: Hold, walletRow: Int64, changedBy record: Int64) throws(StoreError) {
    let upsert = statements.upsertHold
    upsert.bind(1, hold.id.record)
    upsert.bind(2, hold.id.description)
    upsert.bind(3, walletRow)
    upsert.bind(4, record)
    upsert.bind(5, hold.state.rawValue)
    upsert.bind(6, hold.amount)
    upsert.bind(7, hold.remaining)
    upsert.bind(8, hold.captured)
    upsert.bind(9, hold.shortfall)
    upsert.bind(10, hold.isLate ? 1 : 0)
    upsert.bind(11, hold.reason.rawValue)
    upsert.bind(12, hold.reference)
    upsert.bind(13, hold.caller)
    upsert.bind(14, hold.expireTime.microseconds)
    upsert.bind(15, hold.createTime.microseconds)
    try upsert.run()
  }

  static func readHold(_ row: Statement) throws(StoreError) -> Hold {
    guard let id = HoldID(row.text(0)), let currency = Currency(code: row.text(2)),
      let state = HoldState(rawValue: row.text(3)), let reason = ChargeReason(rawValue: row.text(9))
    else { throw .failed("hold \(row.text(0)) is damaged") }
    return Hold(
      id: id,
      walletID: WalletID(row.text(1)),
      currency: currency,
      amount: row.int64(4),
      remaining: row.int64(5),
      captured: row.int64(6),
      shortfall: row.int64(7),
      state: state,
      isLate: row.int64(8) != 0,
      reason: reason,
      reference: row.text(10),
      caller: row.text(11),
      expireTime: LedgerTime(microseconds: row.int64(12)),
      createTime: LedgerTime(microseconds: row.int64(13))
    )
  }
}
