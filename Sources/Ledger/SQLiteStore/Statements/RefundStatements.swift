import LedgerEngine

/// The amounts refunded of entries.
struct RefundStatements {
  /// The table's columns, in table order.
  enum Column: Int32, SQLName { case entry, record, refunded }

  let select: Statement<ByID, Column>
  let selectPage: Statement<ByPage, Column>
  let upsert: Statement<Column, NoName>

  init(_ connection: Connection) throws(StoreError) {
    let refunds = "SELECT entry, record, refunded FROM refunded_entry"
    select = try Statement(connection, "\(refunds) WHERE entry = :id")
    selectPage = try Statement(connection, "\(refunds) WHERE entry > :after ORDER BY entry LIMIT :limit")
    upsert = try Statement(
      connection,
      """
      \(Column.insertion(into: "refunded_entry"))
      ON CONFLICT (entry) DO UPDATE SET record = :record, refunded = :refunded
      """
    )
  }
}
