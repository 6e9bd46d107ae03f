import Ledger
import LedgerEngine

extension SQLiteStore {
  func recharge(_ id: RechargeID) throws(StoreError) -> RecordedRecharge? {
    try reading("recharge \(id)") { () throws(StoreError) in
      let select = statements.recharges.select
      select.bind(.id, id.value)
      defer { select.reset() }
      guard let row = try select.step() else { return nil }
      guard let kept = Self.recharge(in: row).row.row else { throw .damaged("its row was changed") }
      guard let reply = RechargeReply(try payload(ofRecord: kept.record)),
        RechargeRow(reply.recharge, record: kept.record) == kept
      else { throw .damaged("its row is not as record \(kept.record) leaves it") }
      return RecordedRecharge(reply: reply, record: kept.record)
    }
  }

  func rechargeID(ofCharge chargeID: String) throws(StoreError) -> RechargeID? {
    let select = statements.recharges.selectIDOfCharge
    select.bind(.id, chargeID)
    defer { select.reset() }
    return try select.step().map { RechargeID($0.text(.rechargeID)) }
  }

  func openRecharges() throws(StoreError) -> Set<RechargeID> {
    let select = statements.recharges.selectOpen
    defer { select.reset() }
    var ids: Set<RechargeID> = []
    while let row = try select.step() { ids.insert(RechargeID(row.text(.rechargeID))) }
    return ids
  }

  /// Checks that each open recharge is the one that its wallet has open, and vice versa.
  func checkSlots(of state: LedgerState) throws(StoreError) {
    for book in state.recharges.values where !book.recharge.state.isTerminal {
      let recharge = book.recharge
      guard let account = state.accounts[recharge.walletID], account.openRecharge != recharge.id else { continue }
      throw .damaged("wallet \(recharge.walletID) does not have recharge \(recharge.id) open")
    }
    for (walletID, account) in state.accounts {
      guard let open = account.openRecharge, let book = state.recharges[open] else { continue }
      guard book.recharge.walletID == walletID, !book.recharge.state.isTerminal else {
        throw .damaged("wallet \(walletID) has recharge \(open) open, which is not")
      }
    }
  }

  /// Checks that a wallet has no open recharge if its row says so. An open recharge is always the newest.
  func checkNothingIsOpen(_ stored: StoredAccount) throws(StoreError) {
    let select = statements.recharges.selectNewest
    select.bind(.id, stored.row)
    defer { select.reset() }
    guard let row = try select.step(), RechargeState(rawValue: row.text(.state))?.isTerminal != true else { return }
    throw .damaged("wallet \(stored.account.wallet.id) does not have recharge \(row.text(.rechargeID)) open")
  }
}
