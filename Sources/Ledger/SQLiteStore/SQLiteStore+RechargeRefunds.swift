package import Ledger
package import LedgerEngine

// What became of recharges after they were paid.
extension SQLiteStore {
  /// The recharge to which a refund belongs.
  func rechargeID(of id: RechargeRefundID) throws(StoreError) -> RechargeID? {
    let select = statements.refunds.selectRefund
    select.bind(1, id.value)
    return try refundBooks(select).first?.refund.rechargeID
  }

  func refunds(of id: RechargeID) throws(StoreError) -> [RechargeRefundBook] {
    let select = statements.refunds.selectRefundsOfRecharge
    select.bind(1, id.value)
    return try refundBooks(select)
  }

  func openRefunds() throws(StoreError) -> [RechargeRefundBook] {
    try refundBooks(statements.refunds.selectOpenRefunds)
  }

  private func refundBooks(_ select: Statement) throws(StoreError) -> [RechargeRefundBook] {
    defer { select.reset() }
    var books: [RechargeRefundBook] = []
    while try select.step() {
      let name = "refund \(select.text(2))"
      guard let reply = RechargeRefundReply(try decode(select.bytes(1), of: name)) else {
        throw .failed("\(name) is damaged")
      }
      books.append(RechargeRefundBook(reply: reply, record: select.int64(0)))
    }
    return books
  }

  func dispute(_ id: DisputeID) throws(StoreError) -> DisputeBook? {
    let select = statements.refunds.selectDispute
    select.bind(1, id.value)
    return try disputeBooks(select).first
  }

  func disputes(of id: RechargeID) throws(StoreError) -> [DisputeBook] {
    let select = statements.refunds.selectDisputesOfRecharge
    select.bind(1, id.value)
    return try disputeBooks(select)
  }

  private func disputeBooks(_ select: Statement) throws(StoreError) -> [DisputeBook] {
    defer { select.reset() }
    var books: [DisputeBook] = []
    while try select.step() {
      let name = "dispute \(select.text(2))"
      guard let reply = DisputeReply(try decode(select.bytes(1), of: name)) else {
        throw .failed("\(name) is damaged")
      }
      books.append(DisputeBook(reply: reply, record: select.int64(0)))
    }
    return books
  }

  /// Derived, so that a refund costs no write beside its own row.
  func openRefunds(ofWalletRow row: Int64) throws(StoreError) -> Int64 {
    try count(statements.refunds.countOpenRefunds, ofWalletRow: row)
  }

  func openDisputes(ofWalletRow row: Int64) throws(StoreError) -> Int64 {
    try count(statements.refunds.countOpenDisputes, ofWalletRow: row)
  }

  private func count(_ select: Statement, ofWalletRow row: Int64) throws(StoreError) -> Int64 {
    select.bind(1, row)
    defer { select.reset() }
    return try select.step() ? select.int64(0) : 0
  }

  func upsert(_ book: RechargeRefundBook, walletRow: Int64) throws(StoreError) {
    let upsert = statements.refunds.upsertRefund
    upsert.bind(1, book.refund.id.value)
    upsert.bind(2, book.refund.rechargeID.value)
    upsert.bind(3, walletRow)
    upsert.bind(4, book.record)
    upsert.bind(5, book.refund.state.rawValue)
    upsert.bind(6, book.refund.amount.micros)
    upsert.bind(7, book.refund.processorRefundID)
    upsert.bind(8, book.refund.explanation)
    upsert.bind(9, book.refund.createTime.microseconds)
    upsert.bind(10, book.refund.updateTime.microseconds)
    try upsert.run()
  }

  func upsert(_ book: DisputeBook, walletRow: Int64) throws(StoreError) {
    let upsert = statements.refunds.upsertDispute
    upsert.bind(1, book.dispute.id.value)
    upsert.bind(2, book.dispute.rechargeID.value)
    upsert.bind(3, walletRow)
    upsert.bind(4, book.record)
    upsert.bind(5, book.dispute.state.rawValue)
    upsert.bind(6, book.dispute.amount.micros)
    upsert.bind(7, book.dispute.createTime.microseconds)
    upsert.bind(8, book.dispute.updateTime.microseconds)
    try upsert.run()
  }
}

// What scans read.
extension SQLiteStore {
  package mutating func rechargeRefundRow(_ id: RechargeRefundID) throws(StoreError) -> Scanned<RechargeRefundRow>? {
    let select = statements.refunds.selectRefundRow
    select.bind(1, id.value)
    defer { select.reset() }
    return try select.step() ? Self.refund(in: select).row : nil
  }

  package mutating func rechargeRefundRows(
    after id: RechargeRefundID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeRefundID, RechargeRefundRow>] {
    try rows(of: "recharge_refund", statements.refunds.selectRefundRows, after: id?.value, limit, Self.refund)
  }

  package mutating func disputeRow(_ id: DisputeID) throws(StoreError) -> Scanned<DisputeRow>? {
    let select = statements.refunds.selectDisputeRow
    select.bind(1, id.value)
    defer { select.reset() }
    return try select.step() ? Self.dispute(in: select).row : nil
  }

  package mutating func disputeRows(
    after id: DisputeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<DisputeID, DisputeRow>] {
    try rows(of: "dispute", statements.refunds.selectDisputeRows, after: id?.value, limit, Self.dispute)
  }

  private static func refund(in select: Statement) -> TableRow<RechargeRefundID, RechargeRefundRow> {
    let id = RechargeRefundID(select.text(0))
    guard let state = RechargeRefundState(rawValue: select.text(4)) else {
      return TableRow(key: id, row: .damaged("refund \(id) is damaged"))
    }
    let row = RechargeRefundRow(
      id: id,
      rechargeID: RechargeID(select.text(1)),
      walletID: WalletID(select.text(2)),
      record: select.int64(3),
      state: state,
      amount: select.int64(5),
      processorRefundID: select.optionalText(6),
      explanation: select.optionalText(7),
      createTime: LedgerTime(microseconds: select.int64(8)),
      updateTime: LedgerTime(microseconds: select.int64(9))
    )
    return TableRow(key: id, row: .row(row))
  }

  private static func dispute(in select: Statement) -> TableRow<DisputeID, DisputeRow> {
    let id = DisputeID(select.text(0))
    guard let state = DisputeState(rawValue: select.text(4)) else {
      return TableRow(key: id, row: .damaged("dispute \(id) is damaged"))
    }
    let row = DisputeRow(
      id: id,
      rechargeID: RechargeID(select.text(1)),
      walletID: WalletID(select.text(2)),
      record: select.int64(3),
      state: state,
      amount: select.int64(5),
      createTime: LedgerTime(microseconds: select.int64(6)),
      updateTime: LedgerTime(microseconds: select.int64(7))
    )
    return TableRow(key: id, row: .row(row))
  }
}
