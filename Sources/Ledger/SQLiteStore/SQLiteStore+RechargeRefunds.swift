package import Ledger
package import LedgerEngine

// Refunds of recharges.
extension SQLiteStore {
  func refund(_ id: RechargeRefundID) throws(StoreError) -> RecordedRechargeRefund? {
    try reading("refund \(id)") { () throws(StoreError) in
      let select = statements.rechargeRefunds.select
      select.bind(.id, id.value)
      defer { select.reset() }
      guard let row = try select.step() else { return nil }
      guard let kept = Self.refund(in: row).row.row else { throw .damaged("its row was changed") }
      guard let reply = RechargeRefundReply(try payload(ofRecord: kept.record)),
        RechargeRefundRow(reply.refund, record: kept.record) == kept
      else { throw .damaged("its row is not as record \(kept.record) leaves it") }
      return RecordedRechargeRefund(reply: reply, record: kept.record)
    }
  }

  func refunds(of id: RechargeID) throws(StoreError) -> [RecordedRechargeRefund] {
    let select = statements.rechargeRefunds.selectOfRecharge
    select.bind(.id, id.value)
    var refunds: [RecordedRechargeRefund] = []
    for id in try refundIDs(select) {
      guard let found = try refund(id) else { throw .damaged("refund \(id) is lost") }
      refunds.append(found)
    }
    return refunds
  }

  func openRefunds() throws(StoreError) -> [RechargeRefundID] {
    try refundIDs(statements.rechargeRefunds.selectOpen)
  }

  private func refundIDs<Parameter>(
    _ select: Statement<Parameter, RechargeRefundStatements.IDColumn>
  ) throws(StoreError) -> [RechargeRefundID] {
    defer { select.reset() }
    var ids: [RechargeRefundID] = []
    while let row = try select.step() { ids.append(RechargeRefundID(row.text(.refundID))) }
    return ids
  }

  func upsert(_ changed: RecordedRechargeRefund, walletRow: Int64) throws(StoreError) {
    let refund = changed.refund
    let upsert = statements.rechargeRefunds.upsert
    upsert.bind(.refundID, refund.id.value)
    upsert.bind(.rechargeID, refund.rechargeID.value)
    upsert.bind(.wallet, walletRow)
    upsert.bind(.record, changed.record)
    upsert.bind(.state, refund.state.rawValue)
    upsert.bind(.amount, refund.amount.micros)
    upsert.bind(.processorRefundID, refund.processorRefundID)
    upsert.bind(.explanation, refund.explanation)
    upsert.bind(.createTime, refund.createTime.microseconds)
    upsert.bind(.updateTime, refund.updateTime.microseconds)
    try upsert.run()
  }
}

// Rows for scans.
extension SQLiteStore {
  package mutating func rechargeRefundRow(_ id: RechargeRefundID) throws(StoreError) -> Scanned<RechargeRefundRow>? {
    let select = statements.rechargeRefunds.select
    select.bind(.id, id.value)
    defer { select.reset() }
    return try scannedRow("refund \(id)") { () throws(StoreError) in try select.step().map { Self.refund(in: $0).row } }
  }

  package mutating func rechargeRefundRows(
    after id: RechargeRefundID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeRefundID, RechargeRefundRow>] {
    let select = statements.rechargeRefunds.selectPage
    return try rows(of: "recharge_refund", select, by: .refundID, after: id?.value, limit, Self.refund)
  }

  private static func refund(
    in row: Row<RechargeRefundStatements.Column>
  ) -> TableRow<RechargeRefundID, RechargeRefundRow> {
    let id = RechargeRefundID(row.text(.refundID))
    guard let state = RechargeRefundState(rawValue: row.text(.state)) else {
      return TableRow(key: id, row: .damaged("refund \(id) is damaged"))
    }
    let refund = RechargeRefundRow(
      id: id,
      rechargeID: RechargeID(row.text(.rechargeID)),
      walletID: WalletID(row.text(.walletID)),
      record: row.int64(.record),
      state: state,
      amount: row.int64(.amount),
      processorRefundID: row.optionalText(.processorRefundID),
      explanation: row.optionalText(.explanation),
      createTime: LedgerTime(microseconds: row.int64(.createTime)),
      updateTime: LedgerTime(microseconds: row.int64(.updateTime))
    )
    return TableRow(key: id, row: .row(refund))
  }
}
