/// Verifies the hash chain of remembered refusals, as `JournalVerifier` verifies a wallet's journal.
package struct RefusalVerifier {
  package enum Flaw: Error, Hashable, Sendable {
    case gap(refusal: Int64, expected: Int64)
    case wrongHash(refusal: Int64)
    case wrongHead
  }

  private let sha256: (_ bytes: [UInt8]) -> Digest
  private var number: Int64 = 0
  private var hash = Digest.zero

  package init(sha256: @escaping (_ bytes: [UInt8]) -> Digest) { self.sha256 = sha256 }

  /// Checks the next refusal, in the order of their numbers.
  package mutating func check(_ refusal: RememberedRefusal) throws(Flaw) {
    guard refusal.number == number + 1 else { throw .gap(refusal: refusal.number, expected: number + 1) }
    guard refusal.hash == sha256(refusal.bytesToHash(after: hash)) else { throw .wrongHash(refusal: refusal.number) }
    number = refusal.number
    hash = refusal.hash
  }

  /// Compares the end of the chain with the ledger's position.
  package func finish(at position: Position) throws(Flaw) {
    guard position.refusal == number, position.refusalHash == hash else { throw .wrongHead }
  }
}
