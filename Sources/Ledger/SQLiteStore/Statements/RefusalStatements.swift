import LedgerEngine

/// Remembered refusals.
struct RefusalStatements {
  /// The table's columns, in table order.
  enum Column: Int32, SQLName {
    case refusal, time, caller, idempotencyKey, method, fingerprint, reason, answer, hash
  }

  let select: Statement<ByID, Column>
  let selectPage: Statement<ByPage, Column>
  let insert: Statement<Column, NoName>

  init(_ connection: Connection) throws(StoreError) {
    let refusals = """
      SELECT refusal, time, caller, idempotency_key, method, fingerprint, reason, answer, hash FROM refusal
      """
    select = try Statement(connection, "\(refusals) WHERE refusal = :id")
    selectPage = try Statement(connection, "\(refusals) WHERE refusal > :after ORDER BY refusal LIMIT :limit")
    insert = try Statement(connection, Column.insertion(into: "refusal"))
  }
}
