/// A copy of the ledger in the making.
package protocol StoreBackup: AnyObject {
  /// Copies some more, for much less than a slice. True once all is copied.
  func proceed() throws(BackupFailure) -> Bool

  /// Ends the copy and returns what it holds. Called once, after `proceed` returned true.
  func finish() throws(BackupFailure) -> any BackupContents
}

/// A complete copy of the ledger, as bytes from which the store that made it can be opened again. What holds them is
/// released with this.
package protocol BackupContents: Sendable {
  var byteCount: Int64 { get }

  /// At most `count` bytes from `offset` on; fewer only at the end.
  func read(at offset: Int64, count: Int) throws(BackupFailure) -> [UInt8]
}

/// Why there is no copy, for people. The ledger itself is not affected.
package struct BackupFailure: Error, Hashable, Sendable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}
