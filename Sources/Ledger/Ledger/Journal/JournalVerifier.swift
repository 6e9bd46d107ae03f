/// Verifies one wallet's journal by replaying it from its first record.
///
/// Detects flipped bytes, lost or moved rows and a truncated tail. The owner of the file, who can rewrite all of it, is
/// detected only by a head exported earlier.
package struct JournalVerifier {
  package enum Flaw: Error, Hashable, Sendable {
    case wrongWallet(record: Int64)
    case sequenceGap(record: Int64, expected: Int64)
    case brokenLink(record: Int64)
    case wrongHash(record: Int64)
    case wrongBalance(record: Int64)
    /// The payload contradicts the record, or cannot be decoded.
    case wrongPayload(record: Int64)
    /// A recharge was started while another one had the wallet's slot.
    case wrongSlot(record: Int64)
    case wrongHead
  }

  private let walletID: WalletID
  private let sha256: (_ bytes: [UInt8]) -> Digest
  private var replay = WalletReplay()

  package init(walletID: WalletID, sha256: @escaping (_ bytes: [UInt8]) -> Digest) {
    self.walletID = walletID
    self.sha256 = sha256
  }

  /// Checks the wallet's next record, in the order of their sequence.
  package mutating func check(_ record: JournalRecord) throws(Flaw) {
    guard record.walletID == walletID else { throw .wrongWallet(record: record.number) }
    try replay.check(record, sha256: sha256)
  }

  /// Compares the end of the replay with the ledger's account.
  package func finish(at account: Account) throws(Flaw) { try replay.finish(at: account) }
}
