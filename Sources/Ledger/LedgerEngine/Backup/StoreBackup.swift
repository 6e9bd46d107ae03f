/// A copy of the ledger in progress.
package protocol StoreBackup: AnyObject {
  /// Copies part of the ledger, in much less time than a slice. Returns true when everything is copied.
  func proceed() throws(BackupFailure) -> Bool

  /// Finishes the copy and returns its contents. Called once, after `proceed` has returned true.
  func finish() throws(BackupFailure) -> any BackupContents
}

/// A complete copy of the ledger, as bytes that the store that made it can open. Releasing this value releases the
/// resources behind it.
package protocol BackupContents: Sendable {
  var byteCount: Int64 { get }

  /// Returns at most `count` bytes starting at `offset`; fewer only at the end.
  func read(at offset: Int64, count: Int) throws(BackupFailure) -> [UInt8]
}

/// The reason why a copy failed, as text for people. The ledger itself is not affected.
package struct BackupFailure: Error, Hashable, Sendable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}
