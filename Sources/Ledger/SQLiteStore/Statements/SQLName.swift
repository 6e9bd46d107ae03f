/// The names of a statement's parameters, or of the columns of its rows, in the order of its SQL.
///
/// A case is the SQL name in camel case: `walletID` stands for the column `wallet_id` or the parameter `:wallet_id`. Names
/// are compared with the SQL once, when the statement is prepared; binding and reading cost no more than with a number.
protocol SQLName: RawRepresentable<Int32>, CaseIterable, Sendable {}

/// For statements without parameters or without result columns.
enum NoName: SQLName {
  init?(rawValue: Int32) { nil }

  var rawValue: Int32 {
    switch self {}
  }
}

/// The key of a row, or of the row that others belong to: `:id`.
enum ByID: Int32, SQLName { case id }

/// Rows with keys after `:after`, at most `:limit`.
enum ByPage: Int32, SQLName { case after, limit }

/// Rows that are due at `:time`, at most `:limit`.
enum ByTime: Int32, SQLName { case time, limit }

extension SQLName {
  /// The names in SQL, in order.
  static var names: [String] { allCases.map { name("\($0)") } }

  /// Returns an INSERT statement that sets every column named.
  static func insertion(into table: String) -> String {
    let columns = names.joined(separator: ", ")
    let parameters = names.map { ":" + $0 }.joined(separator: ", ")
    return "INSERT INTO \(table) (\(columns)) VALUES (\(parameters))"
  }

  /// Converts `walletID` to `wallet_id`.
  private static func name(_ camelCase: String) -> String {
    var name = ""
    var isInsideWord = false
    for character in camelCase {
      if character.isUppercase, isInsideWord { name += "_" }
      name += character.lowercased()
      isInsideWord = !character.isUppercase
    }
    return name
  }
}
