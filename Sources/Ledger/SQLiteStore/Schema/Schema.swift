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
    let found = try number("PRAGMA user_version", connection)
    let application = try number("PRAGMA application_id", connection)
    let isEmpty = try number("SELECT count(*) FROM sqlite_schema", connection) == 0
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

  private static func number(_ sql: String, _ connection: Connection) throws(StoreError) -> Int64 {
    let statement = try Statement(connection, sql)
    return try statement.step() ? statement.int64(0) : 0
  }

  private static func names(ofType type: String, _ connection: Connection) throws(StoreError) -> [String] {
    let statement = try Statement(connection, "SELECT name FROM sqlite_schema WHERE type = '\(type)'")
    var names: [String] = []
    while try statement.step() { names.append(statement.text(0)) }
    return names
  }
}
