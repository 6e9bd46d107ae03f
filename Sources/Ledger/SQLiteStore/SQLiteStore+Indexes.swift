import LedgerEngine

// Verifies the indexes of the tables. Scans read rows by their keys, but operations find them through an index, and an entry
// that is lost there hides a row from them: a hold that is never due.
extension SQLiteStore {
  /// An index of a table.
  struct Index {
    /// The rows that an index has entries of.
    enum Rows {
      case all
      case states([String])
      case with(String)
    }

    let name: String
    let table: String
    /// The table's primary key.
    let key: String
    let columns: [String]
    var rows = Rows.all
    /// Another index with the same rows, where counting them in the table would take long.
    var twin: String?

    init(_ name: String, of table: String, _ key: String, _ columns: [String], _ rows: Rows = .all, twin: String? = nil)
    {
      self.name = name
      self.table = table
      self.key = key
      self.columns = columns
      self.rows = rows
      self.twin = twin
    }

    /// Selects the rows in SQL.
    ///
    /// - Parameter prefix: Precedes the names of columns. With a `+` before them SQLite uses no index
    /// (sqlite.org/optoverview.html, section 9.2.1).
    func condition(_ prefix: String = "") -> String {
      switch rows {
      case .all: "TRUE"
      case .states(let states) where states.count == 1: "\(prefix)state = '\(states[0])'"
      case .states(let states): "\(prefix)state IN (\(states.map { "'\($0)'" }.joined(separator: ", ")))"
      case .with(let column): "\(prefix)\(column) IS NOT NULL"
      }
    }
  }

  static let indexes = [
    Index("open_hold", of: "hold", "hold", ["wallet", "expire_time"], .states(["HELD"]), twin: "due_hold"),
    Index("due_hold", of: "hold", "hold", ["expire_time"], .states(["HELD"]), twin: "open_hold"),
    Index(
      "open_recharge",
      of: "recharge",
      "recharge_id",
      ["create_time"],
      .states(["PROCESSING", "AUTHENTICATION_REQUIRED", "NEEDS_REVIEW"])
    ),
    Index("recharge_in_review", of: "recharge", "recharge_id", ["wallet"], .states(["NEEDS_REVIEW"])),
    Index("recharge_of_state", of: "recharge", "recharge_id", ["state", "create_time"]),
    Index("recharge_of_wallet", of: "recharge", "recharge_id", ["wallet", "create_time"]),
    Index("due_auto_recharge", of: "auto_recharge", "wallet", ["wake_time"], .with("wake_time")),
    Index("saved_payment_method", of: "payment_method", "payment_method_id", ["wallet"], .states(["SAVED"])),
    Index("removed_payment_method", of: "payment_method", "payment_method_id", ["create_time"], .states(["REMOVED"])),
    Index("payment_method_of_token", of: "payment_method", "payment_method_id", ["token"]),
    Index("fact_of_kind", of: "fact", "fact", ["kind"]),
    Index("refund_of_recharge", of: "recharge_refund", "refund_id", ["recharge_id"]),
    Index(
      "open_recharge_refund",
      of: "recharge_refund",
      "refund_id",
      ["wallet"],
      .states(["PROCESSING", "NEEDS_REVIEW"])
    ),
    Index("dispute_of_recharge", of: "dispute", "dispute_id", ["recharge_id"]),
    Index("open_dispute", of: "dispute", "dispute_id", ["wallet"], .states(["OPENED"])),
  ]

  private enum Counts: Int32, SQLName { case entries, sound, stored }

  /// Returns a description of the damage of an index, or nil if it has an entry of each of its rows and no other.
  func damage(of index: Index) throws(StoreError) -> String? {
    let entries = "FROM \(index.table) INDEXED BY \(index.name) WHERE \(index.condition())"
    let columns = index.columns.map { ", \($0)" }.joined()
    let isSame = index.columns.map { "+stored.\($0) IS +entry.\($0) AND " }.joined()
    // No index has this column, so that SQLite counts in the table.
    let column = ["payment_method": "brand", "fact": "content"][index.table, default: "amount"]
    let stored =
      index.twin.map { "SELECT count(*) FROM \(index.table) INDEXED BY \($0) WHERE \(index.condition())" }
      ?? "SELECT count(\(column)) FROM \(index.table) WHERE \(index.condition("+"))"
    do throws(StoreError) {
      let select = try Statement<NoName, Counts>(
        connection,
        """
        SELECT
          (SELECT count(*) \(entries)) AS entries,
          (SELECT count(*) FROM (SELECT \(index.key)\(columns) \(entries)) AS entry
            JOIN \(index.table) AS stored ON stored.\(index.key) = entry.\(index.key)
            WHERE \(isSame)\(index.condition("+stored."))) AS sound,
          (\(stored)) AS stored
        """
      )
      guard let row = try select.step() else { return nil }
      let (entries, sound, stored) = (row.int64(.entries), row.int64(.sound), row.int64(.stored))
      if entries == sound, sound == stored { return nil }
      return
        "the index \(index.name) has \(entries) entries, \(sound) of them of rows that exist, where there are \(stored)"
    } catch {
      return "the index \(index.name) cannot be read: \(try Self.damage(error))"
    }
  }
}
