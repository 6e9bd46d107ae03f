package import Ledger
package import LedgerEngine

// Disputes of recharges.
extension SQLiteStore {
  func dispute(_ id: DisputeID) throws(StoreError) -> RecordedDispute? {
    let select = statements.disputes.selectLast
    select.bind(.id, id.value)
    return try disputes(select).first
  }

  func disputes(of id: RechargeID) throws(StoreError) -> [RecordedDispute] {
    let select = statements.disputes.selectLastOfRecharge
    select.bind(.id, id.value)
    return try disputes(select)
  }

  private func disputes(_ select: Statement<ByID, DisputeStatements.Last>) throws(StoreError) -> [RecordedDispute] {
    defer { select.reset() }
    var disputes: [RecordedDispute] = []
    while let row = try select.step() {
      let name = "dispute \(row.text(.disputeID))"
      guard let reply = DisputeReply(try decode(row.bytes(.answer), of: name)) else {
        throw .failed("\(name) is damaged")
      }
      disputes.append(RecordedDispute(reply: reply, record: row.int64(.record)))
    }
    return disputes
  }

  /// Computed, so that a dispute writes only its own row.
  func openDisputes(ofWalletRow walletRow: Int64) throws(StoreError) -> Int64 {
    let count = statements.disputes.countOpen
    count.bind(.id, walletRow)
    defer { count.reset() }
    return try count.step()?.int64(.count) ?? 0
  }

  func upsert(_ changed: RecordedDispute, walletRow: Int64) throws(StoreError) {
    let dispute = changed.dispute
    let upsert = statements.disputes.upsert
    upsert.bind(.disputeID, dispute.id.value)
    upsert.bind(.rechargeID, dispute.rechargeID.value)
    upsert.bind(.wallet, walletRow)
    upsert.bind(.record, changed.record)
    upsert.bind(.state, dispute.state.rawValue)
    upsert.bind(.amount, dispute.amount.micros)
    upsert.bind(.createTime, dispute.createTime.microseconds)
    upsert.bind(.updateTime, dispute.updateTime.microseconds)
    try upsert.run()
  }
}

// Rows for scans.
extension SQLiteStore {
  package mutating func disputeRow(_ id: DisputeID) throws(StoreError) -> Scanned<DisputeRow>? {
    let select = statements.disputes.select
    select.bind(.id, id.value)
    defer { select.reset() }
    return try select.step().map { Self.dispute(in: $0).row }
  }

  package mutating func disputeRows(
    after id: DisputeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<DisputeID, DisputeRow>] {
    let select = statements.disputes.selectPage
    return try rows(of: "dispute", select, by: .disputeID, after: id?.value, limit, Self.dispute)
  }

  private static func dispute(in row: Row<DisputeStatements.Column>) -> TableRow<DisputeID, DisputeRow> {
    let id = DisputeID(row.text(.disputeID))
    guard let state = DisputeState(rawValue: row.text(.state)) else {
      return TableRow(key: id, row: .damaged("dispute \(id) is damaged"))
    }
    let dispute = DisputeRow(
      id: id,
      rechargeID: RechargeID(row.text(.rechargeID)),
      walletID: WalletID(row.text(.walletID)),
      record: row.int64(.record),
      state: state,
      amount: row.int64(.amount),
      createTime: LedgerTime(microseconds: row.int64(.createTime)),
      updateTime: LedgerTime(microseconds: row.int64(.updateTime))
    )
    return TableRow(key: id, row: .row(dispute))
  }
}
