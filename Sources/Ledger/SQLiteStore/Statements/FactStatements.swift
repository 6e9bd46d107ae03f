import LedgerEngine

/// Facts about the whole ledger.
struct FactStatements {
  /// The table's columns, in table order.
  enum Column: Int32, SQLName { case fact, time, kind, content, hash }

  enum ByKind: Int32, SQLName { case kind }

  let select: Statement<ByID, Column>
  let selectLast: Statement<ByKind, Column>
  let selectPage: Statement<ByPage, Column>
  let insert: Statement<Column, NoName>

  init(_ connection: Connection) throws(StoreError) {
    let facts = "SELECT fact, time, kind, content, hash FROM fact"
    select = try Statement(connection, "\(facts) WHERE fact = :id")
    selectLast = try Statement(connection, "\(facts) WHERE kind = :kind ORDER BY fact DESC LIMIT 1")
    selectPage = try Statement(connection, "\(facts) WHERE fact > :after ORDER BY fact LIMIT :limit")
    insert = try Statement(connection, Column.insertion(into: "fact"))
  }
}
