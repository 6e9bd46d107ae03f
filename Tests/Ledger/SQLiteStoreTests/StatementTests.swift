import LedgerEngine
import StoreContract
import Testing

@testable import SQLiteStore

@Suite("A statement of SQLite")
struct StatementTests {
  private enum Column: Int32, SQLName { case walletID, last4 }
  private enum Other: Int32, SQLName { case last4, walletID }
  private enum Key: Int32, SQLName { case idempotencyKey }

  let connection: Connection

  init() throws {
    connection = try Connection(path: ":memory:")
    try connection.execute("CREATE TABLE card (wallet_id TEXT, last4 TEXT)")
  }

  @Test("is written and read by the names that its SQL has")
  func names() throws {
    let insert = try Statement<Column, NoName>(connection, Column.insertion(into: "card"))
    insert.bind(.walletID, "w")
    insert.bind(.last4, "4242")
    try insert.run()
    let select = try Statement<Key, Column>(
      connection,
      "SELECT wallet_id, last4 FROM card WHERE wallet_id = :idempotency_key"
    )
    select.bind(.idempotencyKey, "w")
    let row = try #require(try select.step())
    #expect(row.text(.walletID) == "w" && row.text(.last4) == "4242")
    #expect(try select.step() == nil)
  }

  @Test("is refused when it is prepared if a column is missing, renamed or elsewhere")
  func columns() {
    for sql in [
      "SELECT wallet_id FROM card", "SELECT wallet_id, last4 AS digits FROM card", "SELECT last4, wallet_id FROM card",
      "SELECT wallet_id, last4, 1 AS one FROM card", "SELECT wallet_id, brand FROM card",
    ] {
      #expect(throws: StoreError.self) { try Statement<NoName, Column>(connection, sql) }
    }
    #expect(throws: Never.self) { try Statement<NoName, Other>(connection, "SELECT last4, wallet_id FROM card") }
  }

  @Test("is refused when it is prepared if a parameter is missing, renamed or without a name")
  func parameters() {
    for condition in ["", "WHERE last4 = :key", "WHERE last4 = ?1", "WHERE last4 = :idempotency_key AND 1 = :one"] {
      #expect(throws: StoreError.self) {
        try Statement<Key, Column>(connection, "SELECT wallet_id, last4 FROM card \(condition)")
      }
    }
  }
}
