import Ledger
import LedgerEngine

/// A prepared statement with names for its parameters and for the columns of its rows.
struct Statement<Parameter: SQLName, Column: SQLName> {
  private let prepared: PreparedStatement

  /// - Throws: `StoreError.failed` if the SQL is invalid, or if its parameters or columns are not those of `Parameter` and
  /// `Column`, in their order.
  init(_ connection: Connection, _ sql: String) throws(StoreError) {
    prepared = try PreparedStatement(connection, sql)
    try prepared.check(parameters: Parameter.names.map { ":" + $0 }, columns: Column.names)
  }

  func bind(_ parameter: Parameter, _ value: Int64) { prepared.bind(Self.index(of: parameter), value) }

  func bind(_ parameter: Parameter, _ value: Int64?) { prepared.bind(Self.index(of: parameter), value) }

  func bind(_ parameter: Parameter, _ value: Bool) { prepared.bind(Self.index(of: parameter), value ? 1 : 0) }

  func bind(_ parameter: Parameter, _ text: String) { prepared.bind(Self.index(of: parameter), text) }

  func bind(_ parameter: Parameter, _ text: String?) { prepared.bind(Self.index(of: parameter), text) }

  func bind(_ parameter: Parameter, _ digest: Digest) { prepared.bind(Self.index(of: parameter), digest) }

  func bind(_ parameter: Parameter, _ bytes: [UInt8]) { prepared.bind(Self.index(of: parameter), bytes) }

  func bind(_ parameter: Parameter, _ bytes: UnsafeRawBufferPointer) {
    prepared.bind(Self.index(of: parameter), bytes)
  }

  /// Runs the statement to its next row; returns nil after the last.
  func step() throws(StoreError) -> Row<Column>? { try prepared.step() ? Row(of: prepared) : nil }

  /// Makes the statement ready to be bound and run again. Required after a `step` that returned a row.
  func reset() { prepared.reset() }

  /// Runs a statement that returns no rows.
  func run() throws(StoreError) { try prepared.run() }

  /// SQLite counts parameters from 1.
  private static func index(of parameter: Parameter) -> Int32 { parameter.rawValue + 1 }
}

/// The current row of a statement, valid until its next `step` or `reset`.
struct Row<Column: SQLName> {
  private let statement: PreparedStatement

  fileprivate init(of statement: PreparedStatement) { self.statement = statement }

  func int64(_ column: Column) -> Int64 { statement.int64(column.rawValue) }

  func optionalInt64(_ column: Column) -> Int64? { isNull(column) ? nil : int64(column) }

  func bool(_ column: Column) -> Bool { int64(column) != 0 }

  func isNull(_ column: Column) -> Bool { statement.isNull(column.rawValue) }

  func text(_ column: Column) -> String { statement.text(column.rawValue) }

  func optionalText(_ column: Column) -> String? { isNull(column) ? nil : text(column) }

  func bytes(_ column: Column) -> [UInt8] { statement.withBytes(column.rawValue) { Array($0) } }

  /// Returns nil unless the column has 32 bytes.
  func digest(_ column: Column) -> Digest? { statement.digest(column.rawValue) }

  /// Calls `body` with the column's bytes, which are valid only during the call.
  func withBytes<Result>(_ column: Column, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    statement.withBytes(column.rawValue, body)
  }
}
