import Ledger
import LedgerEngine

extension SQLiteStore {
  func upsert(_ autoRecharge: AutoRecharge, walletRow: Int64) throws(StoreError) {
    let phase = AutoRecharge.PhaseRecord(autoRecharge.phase)
    let upsert = statements.autoRecharge.upsert
    upsert.bind(.wallet, walletRow)
    upsert.bind(.isEnabled, autoRecharge.isEnabled)
    upsert.bind(.threshold, autoRecharge.terms.threshold.micros)
    upsert.bind(.amount, autoRecharge.terms.amount.micros)
    upsert.bind(.monthlyLimit, autoRecharge.terms.monthlyLimit?.micros)
    upsert.bind(.phase, phase.name.rawValue)
    upsert.bind(.detail, phase.detail ?? "")
    upsert.bind(.phaseTime, phase.time?.microseconds)
    upsert.bind(.failures, autoRecharge.failures)
    upsert.bind(.month, autoRecharge.month.number)
    upsert.bind(.reserved, autoRecharge.reserved)
    upsert.bind(.wakeTime, autoRecharge.wakeTime?.microseconds)
    upsert.bind(.isDisputed, autoRecharge.isDisputed)
    try upsert.run()
  }

  /// Returns nil if automatic recharges were never configured.
  func autoRecharge(ofWalletRow walletRow: Int64, in currency: Currency) throws(StoreError) -> AutoRecharge? {
    let select = statements.autoRecharge.select
    select.bind(.id, walletRow)
    defer { select.reset() }
    guard let row = try select.step() else { return nil }
    let time = row.optionalInt64(.phaseTime).map { LedgerTime(microseconds: $0) }
    guard let name = AutoRecharge.PhaseName(rawValue: row.text(.phase)),
      let phase = AutoRecharge.PhaseRecord(name: name, detail: row.text(.detail), time: time).phase
    else { throw .damaged("its automatic recharges were changed") }
    let autoRecharge = AutoRecharge(
      isEnabled: row.bool(.isEnabled),
      terms: AutoRechargeTerms(
        threshold: Money(micros: row.int64(.threshold), currency: currency),
        amount: Money(micros: row.int64(.amount), currency: currency),
        monthlyLimit: row.optionalInt64(.monthlyLimit).map { Money(micros: $0, currency: currency) }
      ),
      phase: phase,
      failures: row.int64(.failures),
      isDisputed: row.bool(.isDisputed),
      month: CalendarMonth(number: row.int64(.month)),
      reserved: row.int64(.reserved)
    )
    // The sweeper relies on this column.
    guard autoRecharge.wakeTime?.microseconds == row.optionalInt64(.wakeTime) else {
      throw .damaged("its automatic recharges wait for another time than they say")
    }
    return autoRecharge
  }

  /// Returns wallets whose automatic recharges are due, those due longest first.
  func walletsToWake(at time: LedgerTime, atMost limit: Int) throws(StoreError) -> [WalletID] {
    let select = statements.autoRecharge.selectWalletsToWake
    select.bind(.time, time.microseconds)
    select.bind(.limit, Int64(limit))
    defer { select.reset() }
    var walletIDs: [WalletID] = []
    while let row = try select.step() { walletIDs.append(WalletID(row.text(.walletID))) }
    return walletIDs
  }
}
