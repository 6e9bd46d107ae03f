import LedgerEngine

/// Refunds of recharges.
struct RechargeRefundStatements {
  enum IDColumn: Int32, SQLName { case refundID }

  /// The table's columns, with the wallet's id instead of its row.
  enum Column: Int32, SQLName {
    case refundID, rechargeID, walletID, record, state, amount, processorRefundID, explanation, createTime, updateTime
  }

  /// The table's columns, in table order.
  enum TableColumn: Int32, SQLName {
    case refundID, rechargeID, wallet, record, state, amount, processorRefundID, explanation, createTime, updateTime
  }

  let selectOfRecharge: Statement<ByID, IDColumn>
  let selectOpen: Statement<NoName, IDColumn>
  let select: Statement<ByID, Column>
  let selectPage: Statement<ByPage, Column>
  let upsert: Statement<TableColumn, NoName>

  init(_ connection: Connection) throws(StoreError) {
    let ids = "SELECT refund_id FROM recharge_refund"
    let isOpen = "state IN ('PROCESSING', 'NEEDS_REVIEW')"
    selectOfRecharge = try Statement(connection, "\(ids) WHERE recharge_id = :id")
    selectOpen = try Statement(connection, "\(ids) WHERE \(isOpen)")
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
