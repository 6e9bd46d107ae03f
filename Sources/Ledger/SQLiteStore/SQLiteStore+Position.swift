import Ledger
import LedgerEngine

extension SQLiteStore {
  /// Reads the only row of `ledger`, which every commit writes, so that a truncated journal is detected.
  static func lastPosition(_ connection: Connection) throws(StoreError) -> Position {
    let select = try Statement<NoName, Statements.PositionColumn>(
      connection,
      "SELECT record, refusal, refusal_hash, time FROM ledger WHERE one = 1"
    )
    guard let row = try select.step(), let refusalHash = row.digest(.refusalHash) else {
      throw .failed("the ledger's own row is lost or damaged")
    }
    return Position(
      record: row.int64(.record),
      refusal: row.int64(.refusal),
      refusalHash: refusalHash,
      time: LedgerTime(microseconds: row.int64(.time))
    )
  }

  func write(_ position: Position) throws(StoreError) {
    let update = statements.updatePosition
    update.bind(.record, position.record)
    update.bind(.refusal, position.refusal)
    update.bind(.refusalHash, position.refusalHash)
    update.bind(.time, position.time.microseconds)
    try update.run()
  }
}
