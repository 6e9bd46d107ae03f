import LedgerEngine

/// The statements about refunds of recharges and disputes, prepared once.
final class RefundStatements {
  let selectRefund, selectRefundsOfRecharge, selectOpenRefunds, countOpenRefunds, upsertRefund: Statement
  let selectDispute, selectDisputesOfRecharge, countOpenDisputes, upsertDispute: Statement
  let selectRefundRow, selectRefundRows, selectDisputeRow, selectDisputeRows: Statement

  init(_ connection: Connection) throws(StoreError) {
    let refund = "SELECT record, answer, refund_id FROM recharge_refund JOIN journal USING (record)"
    selectRefund = try Statement(connection, "\(refund) WHERE refund_id = ?1")
    selectRefundsOfRecharge = try Statement(connection, "\(refund) WHERE recharge_refund.recharge_id = ?1")
    let isOpen = "state IN ('PROCESSING', 'NEEDS_REVIEW')"
    selectOpenRefunds = try Statement(connection, "\(refund) WHERE \(isOpen)")
    countOpenRefunds = try Statement(
      connection,
      "SELECT count(*) FROM recharge_refund WHERE wallet = ?1 AND \(isOpen)"
    )
    upsertRefund = try Statement(
      connection,
      """
      INSERT INTO recharge_refund VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      ON CONFLICT (refund_id) DO UPDATE SET record = ?4, state = ?5, processor_refund_id = ?7, explanation = ?8,
        update_time = ?10
      """
    )
    let dispute = "SELECT record, answer, dispute_id FROM dispute JOIN journal USING (record)"
    selectDispute = try Statement(connection, "\(dispute) WHERE dispute_id = ?1")
    selectDisputesOfRecharge = try Statement(connection, "\(dispute) WHERE dispute.recharge_id = ?1")
    countOpenDisputes = try Statement(
      connection,
      "SELECT count(*) FROM dispute WHERE wallet = ?1 AND state = 'OPENED'"
    )
    upsertDispute = try Statement(
      connection,
      """
      INSERT INTO dispute VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
      ON CONFLICT (dispute_id) DO UPDATE SET record = ?4, state = ?5, amount = ?6, update_time = ?8
      """
    )
    let refundRow = """
      SELECT refund_id, recharge_id, wallet_id, record, state, amount, processor_refund_id, explanation,
        recharge_refund.create_time, update_time
      FROM recharge_refund LEFT JOIN wallet USING (wallet)
      """
    selectRefundRow = try Statement(connection, "\(refundRow) WHERE refund_id = ?1")
    selectRefundRows = try Statement(connection, "\(refundRow) WHERE refund_id > ?1 ORDER BY refund_id LIMIT ?2")
    let disputeRow = """
      SELECT dispute_id, recharge_id, wallet_id, record, state, amount, dispute.create_time, update_time
      FROM dispute LEFT JOIN wallet USING (wallet)
      """
    selectDisputeRow = try Statement(connection, "\(disputeRow) WHERE dispute_id = ?1")
    selectDisputeRows = try Statement(connection, "\(disputeRow) WHERE dispute_id > ?1 ORDER BY dispute_id LIMIT ?2")
  }
}
