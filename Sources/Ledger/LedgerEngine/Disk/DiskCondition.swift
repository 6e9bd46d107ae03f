/// Whether the ledger's disk takes what is written, as its owner is told: once when it is full, and once when it has room
/// again.
package enum DiskCondition: Hashable, Sendable {
  /// Changes are refused, reads are served. The string says what failed, for people.
  case full(String)
  case hasRoom
}
