import LedgerEngine

/// Refunds of recharges.
struct RechargeRefundStatements {
  /// A refund's last record, which holds all of it.
  enum Last: Int32, SQLName { case record, answer, refundID }

  enum CountColumn: Int32, SQLName { case count }

  /// The table's columns, with the wallet's id instead of its row.
  enum Column: Int32, SQLName {
    case refundID, rechargeID, walletID, record, state, amount, processorRefundID, explanation, createTime, updateTime
  }

  /// The table's columns, in table order.
  enum TableColumn: Int32, SQLName {
    case refundID, rechargeID, wallet, record, state, amount, processorRefundID, explanation, createTime, updateTime
  }

  let selectLast: Statement<ByID, Last>
  let selectLastOfRecharge: Statement<ByID, Last>
  let selectLastOfOpen: Statement<NoName, Last>
  /// By the wallet's row.
  let countOpen: Statement<ByID, CountColumn>
  let select: Statement<ByID, Column>
  let selectPage: Statement<ByPage, Column>
  let upsert: Statement<TableColumn, NoName>

  init(_ connection: Connection) throws(StoreError) {
    let last = "SELECT record, answer, refund_id FROM recharge_refund JOIN journal USING (record)"
    let isOpen = "state IN ('PROCESSING', 'NEEDS_REVIEW')"
    selectLast = try Statement(connection, "\(last) WHERE refund_id = :id")
    selectLastOfRecharge = try Statement(connection, "\(last) WHERE recharge_refund.recharge_id = :id")
    selectLastOfOpen = try Statement(connection, "\(last) WHERE \(isOpen)")
    countOpen = try Statement(
      connection,
      "SELECT count(*) AS count FROM recharge_refund WHERE wallet = :id AND \(isOpen)"
    )
    let refunds = """
      SELECT refund_id, recharge_id, wallet_id, record, state, amount, processor_refund_id, explanation,
        recharge_refund.create_time, update_time
      FROM recharge_refund LEFT JOIN wallet USING (wallet)
      """
    select = try Statement(connection, "\(refunds) WHERE refund_id = :id")
    selectPage = try Statement(connection, "\(refunds) WHERE refund_id > :after ORDER BY refund_id LIMIT :limit")
    upsert = try Statement(
      connection,
      """
      \(TableColumn.insertion(into: "recharge_refund"))
      ON CONFLICT (refund_id) DO UPDATE SET record = :record, state = :state,
        processor_refund_id = :processor_refund_id, explanation = :explanation, update_time = :update_time
      """
    )
  }
}
