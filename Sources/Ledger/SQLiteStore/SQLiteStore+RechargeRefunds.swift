package import Ledger
package import LedgerEngine

// Refunds of recharges.
extension SQLiteStore {
  /// Returns the recharge to which a refund belongs.
  func rechargeID(of id: RechargeRefundID) throws(StoreError) -> RechargeID? {
    let select = statements.rechargeRefunds.selectLast
    select.bind(.id, id.value)
    return try refunds(select).first?.refund.rechargeID
  }

  func refunds(of id: RechargeID) throws(StoreError) -> [RecordedRechargeRefund] {
    let select = statements.rechargeRefunds.selectLastOfRecharge
    select.bind(.id, id.value)
    return try refunds(select)
  }

  func openRefunds() throws(StoreError) -> [RecordedRechargeRefund] {
    try refunds(statements.rechargeRefunds.selectLastOfOpen)
  }

  private func refunds<Parameter>(
    _ select: Statement<Parameter, RechargeRefundStatements.Last>
  ) throws(StoreError) -> [RecordedRechargeRefund] {
    defer { select.reset() }
    var refunds: [RecordedRechargeRefund] = []
    while let row = try select.step() {
      let name = "refund \(row.text(.refundID))"
      guard let reply = RechargeRefundReply(try decode(row.bytes(.answer), of: name)) else {
        throw .failed("\(name) is damaged")
      }
      refunds.append(RecordedRechargeRefund(reply: reply, record: row.int64(.record)))
    }
    return refunds
  }

  /// Computed, so that a refund writes only its own row.
  func openRefunds(ofWalletRow walletRow: Int64) throws(StoreError) -> Int64 {
    let count = statements.rechargeRefunds.countOpen
    count.bind(.id, walletRow)
    defer { count.reset() }
    return try count.step()?.int64(.count) ?? 0
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
    return try select.step().map { Self.refund(in: $0).row }
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
