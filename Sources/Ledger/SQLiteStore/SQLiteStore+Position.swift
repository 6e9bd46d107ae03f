import Ledger
import LedgerEngine

extension SQLiteStore {
  /// Reads the only row of `ledger`, which every commit writes, so that a truncated journal is detected.
  static func lastPosition(_ connection: Connection) throws(StoreError) -> Position {
    do throws(StoreError) {
      let position = try readPosition(connection)
      try checkEnd(of: "journal", "record", position.record, connection)
      try checkEnd(of: "refusal", "refusal", position.refusal, connection)
      try checkEnd(of: "fact", "fact", position.fact, connection)
      return position
    } catch {
      guard case .damaged(let what) = error else { throw error }
      throw .failed("the ledger's own row cannot be used: \(what). Restore a backup into an empty directory")
    }
  }

  /// Checks that the last row of a table is the one that the ledger's row names.
  private static func checkEnd(
    of table: String,
    _ column: String,
    _ expected: Int64,
    _ connection: Connection
  ) throws(StoreError) {
    let last: Int64
    do throws(StoreError) {
      let select = try Statement<NoName, LastColumn>(
        connection,
        "SELECT ifnull(max(\(column)), 0) AS last FROM \(table)"
      )
      last = try select.step()?.int64(.last) ?? 0
    } catch {
      // JournalTail handles a damaged end.
      guard case .damaged = error else { throw error }
      return
    }
    guard last == expected else {
      throw .damaged("it says that the last \(column) has number \(expected), and the last there is has \(last)")
    }
  }

  private enum LastColumn: Int32, SQLName { case last }

  private static func readPosition(_ connection: Connection) throws(StoreError) -> Position {
    let select = try Statement<NoName, Statements.PositionColumn>(
      connection,
      "SELECT record, refusal, refusal_hash, time, log, fact, fact_hash FROM ledger WHERE one = 1"
    )
    guard let row = try select.step(), let refusalHash = row.digest(.refusalHash),
      let factHash = row.digest(.factHash)
    else {
      throw .damaged("it is lost or was changed")
    }
    return Position(
      record: row.int64(.record),
      refusal: row.int64(.refusal),
      refusalHash: refusalHash,
      fact: row.int64(.fact),
      factHash: factHash,
      time: LedgerTime(microseconds: row.int64(.time))
    )
  }

  /// - Parameter mark: The mark of the current transaction.
  func write(_ position: Position, _ mark: LogMark) throws(StoreError) {
    let update = statements.updatePosition
    update.bind(.record, position.record)
    update.bind(.refusal, position.refusal)
    update.bind(.refusalHash, position.refusalHash)
    update.bind(.time, position.time.microseconds)
    update.bind(.log, mark.bytes)
    update.bind(.fact, position.fact)
    update.bind(.factHash, position.factHash)
    try update.run()
  }
}
