import LedgerEngine

/// Recharges.
struct RechargeStatements {
  enum IDColumn: Int32, SQLName { case rechargeID }

  /// The table's columns, with the wallet's id instead of its row.
  enum Column: Int32, SQLName {
    case rechargeID, walletID, record, state, amount, purpose, processorChargeID, explanation, createTime, updateTime
  }

  enum StateColumn: Int32, SQLName { case rechargeID, state }

  enum PlaceColumn: Int32, SQLName { case rechargeID, createTime }

  /// Recharges of a wallet that were begun before a given one.
  enum Before: Int32, SQLName { case wallet, createTime, rechargeID, limit }

  /// Recharges in a state that were begun before a given one.
  enum InStateBefore: Int32, SQLName { case state, createTime, rechargeID, limit }

  /// The table's columns, in table order.
  enum TableColumn: Int32, SQLName {
    case rechargeID, wallet, record, state, amount, purpose, processorChargeID, explanation, createTime, updateTime
  }

  /// By the processor's charge id.
  let selectIDOfCharge: Statement<ByID, IDColumn>
  let selectOpen: Statement<NoName, IDColumn>
  /// By the wallet's row.
  let selectInReview: Statement<ByID, IDColumn>
  /// By the wallet's row.
  let selectNewest: Statement<ByID, StateColumn>
  let select: Statement<ByID, Column>
  let selectPage: Statement<ByPage, Column>
  let selectPlaces: Statement<Before, PlaceColumn>
  let selectPlacesInState: Statement<InStateBefore, PlaceColumn>
  let upsert: Statement<TableColumn, NoName>

  init(_ connection: Connection) throws(StoreError) {
    selectIDOfCharge = try Statement(connection, "SELECT recharge_id FROM recharge WHERE processor_charge_id = :id")
    selectOpen = try Statement(
      connection,
      "SELECT recharge_id FROM recharge WHERE state IN ('PROCESSING', 'AUTHENTICATION_REQUIRED', 'NEEDS_REVIEW')"
    )
    selectInReview = try Statement(
      connection,
      "SELECT recharge_id FROM recharge WHERE wallet = :id AND state = 'NEEDS_REVIEW'"
    )
    selectNewest = try Statement(
      connection,
      "SELECT recharge_id, state FROM recharge WHERE wallet = :id ORDER BY create_time DESC LIMIT 1"
    )
    let recharges = """
      SELECT recharge_id, wallet_id, record, state, amount, purpose, processor_charge_id, explanation,
        recharge.create_time, update_time
      FROM recharge LEFT JOIN wallet USING (wallet)
      """
    select = try Statement(connection, "\(recharges) WHERE recharge_id = :id")
    selectPage = try Statement(
      connection,
      "\(recharges) WHERE recharge_id > :after ORDER BY recharge_id LIMIT :limit"
    )
    selectPlaces = try Statement(
      connection,
      """
      SELECT recharge_id, create_time FROM recharge
      WHERE wallet = :wallet AND (create_time, recharge_id) < (:create_time, :recharge_id)
      ORDER BY create_time DESC, recharge_id DESC LIMIT :limit
      """
    )
    selectPlacesInState = try Statement(
      connection,
      """
      SELECT recharge_id, create_time FROM recharge INDEXED BY recharge_of_state
      WHERE state = :state AND (create_time, recharge_id) < (:create_time, :recharge_id)
      ORDER BY create_time DESC, recharge_id DESC LIMIT :limit
      """
    )
    upsert = try Statement(
      connection,
      """
      \(TableColumn.insertion(into: "recharge"))
      ON CONFLICT (recharge_id) DO UPDATE SET record = :record, state = :state,
        processor_charge_id = :processor_charge_id, explanation = :explanation, update_time = :update_time
      """
    )
  }
}
