import LedgerEngine

/// The settings and phases of automatic recharges.
struct AutoRechargeStatements {
  /// The table's columns.
  enum Column: Int32, SQLName {
    case wallet, isEnabled, threshold, amount, monthlyLimit, phase, detail, phaseTime, failures, month, reserved
    case wakeTime, isDisputed
  }

  enum WalletColumn: Int32, SQLName { case walletID }

  /// By the wallet's row.
  let select: Statement<ByID, Column>
  let selectWalletsToWake: Statement<ByTime, WalletColumn>
  let upsert: Statement<Column, NoName>

  init(_ connection: Connection) throws(StoreError) {
    select = try Statement(
      connection,
      """
      SELECT wallet, is_enabled, threshold, amount, monthly_limit, phase, detail, phase_time, failures, month, reserved,
        wake_time, is_disputed
      FROM auto_recharge WHERE wallet = :id
      """
    )
    selectWalletsToWake = try Statement(
      connection,
      """
      SELECT wallet_id FROM auto_recharge JOIN wallet USING (wallet) WHERE wake_time <= :time
      ORDER BY wake_time LIMIT :limit
      """
    )
    upsert = try Statement(
      connection,
      """
      \(Column.insertion(into: "auto_recharge"))
      ON CONFLICT (wallet) DO UPDATE SET is_enabled = :is_enabled, threshold = :threshold, amount = :amount,
        monthly_limit = :monthly_limit, phase = :phase, detail = :detail, phase_time = :phase_time,
        failures = :failures, month = :month, reserved = :reserved, wake_time = :wake_time, is_disputed = :is_disputed
      """
    )
  }
}
