/// A link of a hash chain that covers a whole table: a remembered refusal or a fact.
package protocol ChainLink {
  /// Contiguous from 1, in commit order.
  var number: Int64 { get }
  /// SHA-256 of `bytesToHash(after:)` with the previous link's hash.
  var hash: Digest { get }

  /// The bytes that the hash covers: the previous hash, then every field except the hash itself.
  func bytesToHash(after previousHash: Digest) -> [UInt8]
}

/// Verifies the hash chain of a table's links, as `JournalVerifier` verifies a wallet's journal.
package struct ChainVerifier<Link: ChainLink> {
  package enum Flaw: Error, Hashable, Sendable {
    case gap(link: Int64, expected: Int64)
    case wrongHash(link: Int64)
    case wrongHead
  }

  private let sha256: (_ bytes: [UInt8]) -> Digest
  private var number: Int64 = 0
  private var hash = Digest.zero

  package init(sha256: @escaping (_ bytes: [UInt8]) -> Digest) { self.sha256 = sha256 }

  /// Checks the next link, in the order of their numbers.
  package mutating func check(_ link: Link) throws(Flaw) {
    guard link.number == number + 1 else { throw .gap(link: link.number, expected: number + 1) }
    guard link.hash == sha256(link.bytesToHash(after: hash)) else { throw .wrongHash(link: link.number) }
    number = link.number
    hash = link.hash
  }

  /// Compares the end of the chain with the number and the hash of the last link as the ledger's position has them.
  package func finish(at last: Int64, _ lastHash: Digest) throws(Flaw) {
    guard last == number, lastHash == hash else { throw .wrongHead }
  }
}
