import LedgerEngine

/// The statements of an open store, prepared once. Those of the key index are in ``KeyTable``.
final class Statements {
  enum PositionColumn: Int32, SQLName { case record, refusal, refusalHash, time, log, fact, factHash }

  let begin, commit: Statement<NoName, NoName>
  let updatePosition: Statement<PositionColumn, NoName>
  let wallets: WalletStatements
  let journal: JournalStatements
  let refusals: RefusalStatements
  let facts: FactStatements
  let holds: HoldStatements
  let refunds: RefundStatements
  let autoRecharge: AutoRechargeStatements
  let paymentMethods: PaymentMethodStatements
  let recharges: RechargeStatements
  let rechargeRefunds: RechargeRefundStatements
  let disputes: DisputeStatements

  init(_ connection: Connection) throws(StoreError) {
    begin = try Statement(connection, "BEGIN IMMEDIATE")
    commit = try Statement(connection, "COMMIT")
    updatePosition = try Statement(
      connection,
      """
      UPDATE ledger SET record = :record, refusal = :refusal, refusal_hash = :refusal_hash, time = :time, log = :log,
        fact = :fact, fact_hash = :fact_hash
      """
    )
    wallets = try WalletStatements(connection)
    journal = try JournalStatements(connection)
    refusals = try RefusalStatements(connection)
    facts = try FactStatements(connection)
    holds = try HoldStatements(connection)
    refunds = try RefundStatements(connection)
    autoRecharge = try AutoRechargeStatements(connection)
    paymentMethods = try PaymentMethodStatements(connection)
    recharges = try RechargeStatements(connection)
    rechargeRefunds = try RechargeRefundStatements(connection)
    disputes = try DisputeStatements(connection)
  }
}
