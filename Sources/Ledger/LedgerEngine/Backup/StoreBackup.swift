/// A copy of the ledger as it was when the copy began, read piece by piece while the ledger continues to commit.
///
/// Nothing of it is written anywhere on the way: whoever asked for the copy stores it. Releasing this value releases the
/// resources behind it.
package protocol StoreBackup: AnyObject {
  /// The size of the whole copy, which the store that made it can open.
  var byteCount: Int64 { get }

  /// Returns the next bytes, or nil at the end. Takes much less time than a slice.
  func next() throws(BackupFailure) -> [UInt8]?
}

/// The reason why a copy failed, as text for people. The ledger itself is not affected.
package struct BackupFailure: Error, Hashable, Sendable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}
