import Ledger
import LedgerEngine

extension SQLiteStore {
  func upsert(_ autoRecharge: AutoRecharge, walletRow: Int64) throws(StoreError) {
    let phase = AutoRecharge.PhaseRecord(autoRecharge.phase)
    let upsert = statements.upsertAutoRecharge
    upsert.bind(1, walletRow)
    upsert.bind(2, autoRecharge.isEnabled ? 1 : 0)
    upsert.bind(3, autoRecharge.terms.threshold.micros)
    upsert.bind(4, autoRecharge.terms.amount.micros)
    upsert.bind(5, autoRecharge.terms.monthlyLimit?.micros)
    upsert.bind(6, phase.name.rawValue)
    upsert.bind(7, phase.detail ?? "")
    upsert.bind(8, phase.time?.microseconds)
    upsert.bind(9, autoRecharge.failures)
    upsert.bind(10, autoRecharge.month.number)
    upsert.bind(11, autoRecharge.reserved)
    upsert.bind(12, autoRecharge.wakeTime?.microseconds)
    upsert.bind(13, autoRecharge.isDisputed ? 1 : 0)
    try upsert.run()
  }

  /// nil where none was ever set.
  func autoRecharge(ofWalletRow row: Int64, in currency: Currency) throws(StoreError) -> AutoRecharge? {
    let select = statements.selectAutoRecharge
    select.bind(1, row)
    defer { select.reset() }
    guard try select.step() else { return nil }
    let time = select.optionalInt64(6).map { LedgerTime(microseconds: $0) }
    guard let name = AutoRecharge.PhaseName(rawValue: select.text(4)),
      let phase = AutoRecharge.PhaseRecord(name: name, detail: select.text(5), time: time).phase
    else {
      throw .failed("the automatic recharges of wallet row \(row) are damaged")
    }
    let autoRecharge = AutoRecharge(
      isEnabled: select.int64(0) != 0,
      terms: AutoRechargeTerms(
        threshold: Money(micros: select.int64(1), currency: currency),
        amount: Money(micros: select.int64(2), currency: currency),
        monthlyLimit: select.optionalInt64(3).map { Money(micros: $0, currency: currency) }
      ),
      phase: phase,
      failures: select.int64(7),
      isDisputed: select.int64(11) != 0,
      month: CalendarMonth(number: select.int64(8)),
      reserved: select.int64(9)
    )
    // What the sweeper goes by.
    guard autoRecharge.wakeTime?.microseconds == select.optionalInt64(10) else {
      throw .failed("the automatic recharges of wallet row \(row) wait for another time than they say")
    }
    return autoRecharge
  }

  /// Wallets whose automatic recharges have waited long enough, those first that have waited longest.
  func walletsToWake(at time: LedgerTime, atMost limit: Int) throws(StoreError) -> [WalletID] {
    let select = statements.selectWalletsToWake
    select.bind(1, time.microseconds)
    select.bind(2, Int64(limit))
    defer { select.reset() }
    var walletIDs: [WalletID] = []
    while try select.step() { walletIDs.append(WalletID(select.text(0))) }
    return walletIDs
  }
}
