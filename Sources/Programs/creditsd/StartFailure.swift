import LedgerEngine

/// Why `creditsd` does not start, with the path that it is about and what to do next.
struct StartFailure: Error, CustomStringConvertible {
  let description: String

  /// The ledger cannot be opened.
  init(_ error: StoreError, dataDirectory: String) {
    description = "cannot open the ledger in \(dataDirectory) (--data names another): \(error)"
  }
}
