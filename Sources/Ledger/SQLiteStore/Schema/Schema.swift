import LedgerEngine

/// The versions of the tables, and the migration from older versions to the newest.
enum Schema {
  /// Each step migrates from the previous version, the first from an empty file. New ledgers run all steps too, so that a
  /// migrated ledger cannot differ from a new one. A released step is never changed.
  static let steps = [version1, version2, version3, version4, version5, version6]
  /// "CRED", as shown by file(1) and SQLite.
  static let applicationID: Int64 = 0x4352_4544

  /// Runs the steps that the ledger lacks, all or none of them.
  static func prepare(_ connection: Connection, steps: [String] = Schema.steps) throws(StoreError) {
    let found = try number(Version.userVersion, "PRAGMA user_version", connection)
    let application = try number(Application.applicationID, "PRAGMA application_id", connection)
    let isEmpty = try number(Count.count, "SELECT count(*) AS count FROM sqlite_schema", connection) == 0
    let isNew = isEmpty && application == 0 && found == 0
    guard isNew || application == applicationID else { throw .failed("the database is not a credits ledger") }
    let newest = Int64(steps.count)
    guard found <= newest else {
      throw .failed("the ledger has schema version \(found), this program knows up to \(newest): use a newer program")
    }
    guard isNew || found > 0 else { throw .failed("the ledger has unknown schema version \(found)") }
    guard found < newest else { return }

    try connection.transaction { () throws(StoreError) in
      // Views hold no data and may name columns that a step changes, so drop and recreate them.
      for view in try names(ofType: "view", connection) { try connection.execute("DROP VIEW \(view)") }
      for step in steps[Int(found)...] { try connection.execute(step) }
      try connection.execute(views)
      try connection.execute("PRAGMA application_id = \(applicationID)")
      try connection.execute("PRAGMA user_version = \(newest)")
    }
  }

  private enum Version: Int32, SQLName { case userVersion }
  private enum Application: Int32, SQLName { case applicationID }
  private enum Count: Int32, SQLName { case count }
  private enum Name: Int32, SQLName { case name }

  /// Returns the value in the only row and column that `sql` selects.
  private static func number<Column: SQLName>(
    _ column: Column,
    _ sql: String,
    _ connection: Connection
  ) throws(StoreError) -> Int64 {
    let select = try Statement<NoName, Column>(connection, sql)
    return try select.step()?.int64(column) ?? 0
  }

  private static func names(ofType type: String, _ connection: Connection) throws(StoreError) -> [String] {
    let select = try Statement<NoName, Name>(connection, "SELECT name FROM sqlite_schema WHERE type = '\(type)'")
    var names: [String] = []
    while let row = try select.step() { names.append(row.text(.name)) }
    return names
  }
}
