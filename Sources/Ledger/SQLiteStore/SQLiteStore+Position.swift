import Ledger
import LedgerEngine

extension SQLiteStore {
  /// As the one row of `ledger` has it: written in every commit, so that a cut tail shows.
  static func lastPosition(_ connection: Connection) throws(StoreError) -> Position {
    let select = try Statement(connection, "SELECT record, refusal, refusal_hash, time FROM ledger WHERE one = 1")
    guard try select.step(), let refusalHash = select.digest(2) else {
      throw .failed("the ledger's own row is lost or damaged")
    }
    return Position(
      record: select.int64(0),
      refusal: select.int64(1),
      refusalHash: refusalHash,
      time: LedgerTime(microseconds: select.int64(3))
    )
  }

  func write(_ position: Position) throws(StoreError) {
    let update = statements.updatePosition
    update.bind(1, position.record)
    update.bind(2, position.refusal)
    update.bind(3, position.refusalHash)
    update.bind(4, position.time.microseconds)
    try update.run()
  }
}
