import Foundation
import LedgerEngine
import StoreContract
import Testing

@testable import SQLiteStore

@Suite("A ledger of an older schema version")
struct SchemaTests {
  /// A possible next step of the schema.
  private static let next = "ALTER TABLE wallet ADD COLUMN nickname TEXT NOT NULL DEFAULT 'none'"
  private static let schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
  private static let contents = "SELECT * FROM journal; SELECT * FROM accounts"

  let directory = TemporaryDirectory()
  private let newest = Schema.steps.count
  private var file: String { directory.path + "/ledger.db" }

  private func writeLedger() throws {
    let ledger = try ReopenableLedger { [directory] in try SQLiteStore(directory: directory.path) }
    for (index, mutation) in Scenario.mutations.enumerated() {
      _ = try ledger.run(Scenario.command(mutation, key: "k\(index)"))
    }
  }

  private func migrate(_ path: String, by steps: String...) throws {
    try Schema.prepare(Connection(path: path), steps: Schema.steps + steps)
  }

  @Test("runs the missing steps, and loses nothing")
  func migrates() throws {
    try writeLedger()
    let before = try directory.sqlite3(Self.contents)
    try #require(before.contains("USAGE"))
    try migrate(file, by: Self.next)
    #expect(try directory.sqlite3(Self.contents) == before)
    let added = try directory.sqlite3("SELECT DISTINCT nickname FROM wallet; PRAGMA user_version")
    #expect(added == "none\n\(newest + 1)\n")
  }

  @Test("is then refused by a program that knows only the older version")
  func newer() throws {
    try writeLedger()
    try migrate(file, by: Self.next)
    let error = #expect(throws: StoreError.self) { try SQLiteStore(directory: directory.path) }
    let reason = "schema version \(newest + 1), this program knows up to \(newest): use a newer program"
    #expect("\(error as Any)".contains(reason))
  }

  @Test("stays unchanged if a step fails")
  func failingStep() throws {
    try writeLedger()
    let before = try directory.sqlite3(Self.schema + ";" + Self.contents)
    #expect(throws: StoreError.self) { try migrate(file, by: Self.next, "ALTER TABLE nowhere ADD COLUMN x") }
    #expect(try directory.sqlite3(Self.schema + ";" + Self.contents) == before)
    #expect(throws: Never.self) { try SQLiteStore(directory: directory.path) }
  }

  @Test("of version 4 leaves a wallet's slot to others if its recharge is in review")
  func reviews() throws {
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    try #require(FileManager.default.createFile(atPath: file, contents: nil))
    try Schema.prepare(Connection(path: file), steps: Array(Schema.steps.prefix(4)))
    for (wallet, state) in [(1, "NEEDS_REVIEW"), (2, "PROCESSING")] {
      _ = try directory.sqlite3(
        """
        INSERT INTO balance VALUES (\(wallet), 0, 0, 1, \(wallet), x'', 'ACTIVE', 'r\(wallet)', NULL);
        INSERT INTO recharge VALUES ('r\(wallet)', \(wallet), 1, '\(state)', 10, 'RECHARGE', NULL, NULL, 0, 0);
        """
      )
    }
    try migrate(file)
    #expect(try directory.sqlite3("SELECT wallet, ifnull(open_recharge, '-') FROM balance") == "1|-\n2|r2\n")
  }

  @Test("becomes equal to a new ledger")
  func same() throws {
    try writeLedger()
    try migrate(file, by: Self.next)
    let new = TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: new.path, withIntermediateDirectories: true)
    try #require(FileManager.default.createFile(atPath: new.path + "/ledger.db", contents: nil))
    try migrate(new.path + "/ledger.db", by: Self.next)
    #expect(try directory.sqlite3(Self.schema) == new.sqlite3(Self.schema))
  }
}
