/// Names the parameters of a statement, or the columns of its rows, in the order in which its SQL has them.
///
/// A case is the name in the SQL in camel case: `walletID` stands for the column `wallet_id` or the parameter
/// `:wallet_id`. The names are compared with the SQL once, when the statement is prepared; binding and reading then cost
/// no more than with a number.
protocol SQLName: RawRepresentable<Int32>, CaseIterable, Sendable {}

/// For statements without parameters, and for those that give no rows.
enum NoName: SQLName {
  init?(rawValue: Int32) { nil }

  var rawValue: Int32 {
    switch self {}
  }
}

/// The key of one row, or of the row that others belong to: `:id`.
enum ByID: Int32, SQLName { case id }

/// Rows whose keys come after `:after`, at most `:limit`.
enum ByPage: Int32, SQLName { case after, limit }

/// Rows that are due at `:time`, at most `:limit`.
enum ByTime: Int32, SQLName { case time, limit }

extension SQLName {
  /// As in SQL, in their order.
  static var names: [String] { allCases.map { name("\($0)") } }

  /// An insertion that sets every column named.
  static func insertion(into table: String) -> String {
    let columns = names.joined(separator: ", ")
    let parameters = names.map { ":" + $0 }.joined(separator: ", ")
    return "INSERT INTO \(table) (\(columns)) VALUES (\(parameters))"
  }

  /// `walletID` becomes `wallet_id`.
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
