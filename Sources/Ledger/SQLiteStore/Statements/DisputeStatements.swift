import LedgerEngine

/// Disputes of recharges.
struct DisputeStatements {
  enum IDColumn: Int32, SQLName { case disputeID }

  /// The table's columns, with the wallet's id instead of its row.
  enum Column: Int32, SQLName {
    case disputeID, rechargeID, walletID, record, state, amount, createTime, updateTime
  }

  /// The table's columns, in table order.
  enum TableColumn: Int32, SQLName { case disputeID, rechargeID, wallet, record, state, amount, createTime, updateTime }

  let selectOfRecharge: Statement<ByID, IDColumn>
  let select: Statement<ByID, Column>
  let selectPage: Statement<ByPage, Column>
  let upsert: Statement<TableColumn, NoName>

  init(_ connection: Connection) throws(StoreError) {
    selectOfRecharge = try Statement(connection, "SELECT dispute_id FROM dispute WHERE recharge_id = :id")
    let disputes = """
      SELECT dispute_id, recharge_id, wallet_id, record, state, amount, dispute.create_time, update_time
      FROM dispute LEFT JOIN wallet USING (wallet)
      """
    select = try Statement(connection, "\(disputes) WHERE dispute_id = :id")
    selectPage = try Statement(connection, "\(disputes) WHERE dispute_id > :after ORDER BY dispute_id LIMIT :limit")
    upsert = try Statement(
      connection,
      """
      \(TableColumn.insertion(into: "dispute"))
      ON CONFLICT (dispute_id) DO UPDATE SET record = :record, state = :state, amount = :amount,
        update_time = :update_time
      """
    )
  }
}
