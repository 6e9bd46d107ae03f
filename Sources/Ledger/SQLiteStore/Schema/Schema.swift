import LedgerEngine

/// Who may open which version of the tables, and how an older version becomes the newest.
enum Schema {
  /// Each leads from the version before it to the next; the first from an empty file. New ledgers take them all too, so
  /// that a migrated one cannot differ from a new one. A step that any ledger has taken is never changed.
  static let steps = [version1, version2, version3]
  /// "CRED", as file(1) and SQLite show it.
  static let applicationID: Int64 = 0x4352_4544

  /// Takes the steps that the ledger lacks, all or none of them.
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
      // They may name what a step changes, and are no data.
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

  /// The one column of the one row that `sql` gives.
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
