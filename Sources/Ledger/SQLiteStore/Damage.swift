import LedgerEngine

/// Runs `body`. If it meets damage, the error names what could not be read.
func reading<Result>(
  _ what: @autoclosure () -> String,
  _ body: () throws(StoreError) -> Result
) throws(StoreError) -> Result {
  do throws(StoreError) {
    return try body()
  } catch {
    guard case .damaged(let reason) = error else { throw error }
    throw .damaged("\(what()) cannot be read: \(reason)")
  }
}

/// Returns the row that `body` reads, or a damaged row if it is unreadable.
func scannedRow<Row>(
  _ what: @autoclosure () -> String,
  _ body: () throws(StoreError) -> Scanned<Row>?
) throws(StoreError) -> Scanned<Row>? {
  do throws(StoreError) {
    return try reading(what(), body)
  } catch {
    guard case .damaged(let what) = error else { throw error }
    return .damaged(what)
  }
}
