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

  func rechargesInReview(of stored: StoredAccount) throws(StoreError) -> [RechargeID] {
    guard stored.account.rechargesInReview > 0 else { return [] }
    let select = statements.recharges.selectInReview
    select.bind(.id, stored.row)
    defer { select.reset() }
    var ids: [RechargeID] = []
    while let row = try select.step() { ids.append(RechargeID(row.text(.rechargeID))) }
    guard ids.count == stored.account.rechargesInReview else {
      throw .damaged("wallet \(stored.account.wallet.id) has another number of recharges in review")
    }
    return ids
  }

  /// Checks that each recharge whose state has the slot is the one that its wallet has open, and vice versa, and that a
  /// wallet counts each of its recharges in review.
  func checkSlots(of state: LedgerState) throws(StoreError) {
    for book in state.recharges.values {
      let recharge = book.recharge
      guard let account = state.accounts[recharge.walletID] else { continue }
      if recharge.state.hasSlot, account.openRecharge != recharge.id {
        throw .damaged("wallet \(recharge.walletID) does not have recharge \(recharge.id) open")
      }
      if recharge.state == .needsReview, account.rechargesInReview < 1 {
        throw .damaged("wallet \(recharge.walletID) does not have recharge \(recharge.id) in review")
      }
    }
    for (walletID, account) in state.accounts {
      guard let open = account.openRecharge, let book = state.recharges[open] else { continue }
      guard book.recharge.walletID == walletID, book.recharge.state.hasSlot else {
        throw .damaged("wallet \(walletID) has recharge \(open) open, which is not")
      }
    }
  }

  /// Checks that a wallet has no open recharge if its row says so. The recharge that has the slot is always the newest.
  func checkNothingIsOpen(_ stored: StoredAccount) throws(StoreError) {
    let select = statements.recharges.selectNewest
    select.bind(.id, stored.row)
    defer { select.reset() }
    guard let row = try select.step(), RechargeState(rawValue: row.text(.state))?.hasSlot != false else { return }
    throw .damaged("wallet \(stored.account.wallet.id) does not have recharge \(row.text(.rechargeID)) open")
  }
}
