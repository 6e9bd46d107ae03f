package import Ledger
package import LedgerEngine

// Disputes of recharges.
extension SQLiteStore {
  func dispute(_ id: DisputeID) throws(StoreError) -> RecordedDispute? {
    try reading("dispute \(id)") { () throws(StoreError) in
      let select = statements.disputes.select
      select.bind(.id, id.value)
      defer { select.reset() }
      guard let row = try select.step() else { return nil }
      guard let kept = Self.dispute(in: row).row.row else { throw .damaged("its row was changed") }
      guard let reply = DisputeReply(try payload(ofRecord: kept.record)),
        DisputeRow(reply.dispute, record: kept.record) == kept
      else { throw .damaged("its row is not as record \(kept.record) leaves it") }
      return RecordedDispute(reply: reply, record: kept.record)
    }
  }

  func disputes(of id: RechargeID) throws(StoreError) -> [RecordedDispute] {
    var ids: [DisputeID] = []
    do {
      let select = statements.disputes.selectOfRecharge
      select.bind(.id, id.value)
      defer { select.reset() }
      while let row = try select.step() { ids.append(DisputeID(row.text(.disputeID))) }
    }
    var disputes: [RecordedDispute] = []
    for id in ids {
      guard let found = try dispute(id) else { throw .damaged("dispute \(id) is lost") }
      disputes.append(found)
    }
    return disputes
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
    return try scannedRow("dispute \(id)") { () throws(StoreError) in
      try select.step().map { Self.dispute(in: $0).row }
    }
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
