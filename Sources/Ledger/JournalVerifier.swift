/// Proves one wallet's journal by replaying it from its first record.
///
/// A flipped byte, a lost or moved row and a cut tail are all found; the owner of the file, who can rewrite it whole,
/// is caught only by a head exported earlier.
package struct JournalVerifier {
  package enum Flaw: Error, Hashable, Sendable {
    case wrongWallet(record: Int64)
    case sequenceGap(record: Int64, expected: Int64)
    case brokenLink(record: Int64)
    case wrongHash(record: Int64)
    case wrongBalance(record: Int64)
    case wrongHead
  }

  private let walletID: WalletID
  private let sha256: (_ bytes: [UInt8]) -> Digest
  private var head = ChainHead.start
  private var sequence: Int64 = 0
  private var posted: Int64 = 0
  private var held: Int64 = 0

  package init(walletID: WalletID, sha256: @escaping (_ bytes: [UInt8]) -> Digest) {
    self.walletID = walletID
    self.sha256 = sha256
  }

  /// Takes the wallet's records in the order of their sequence.
  package mutating func check(_ record: JournalRecord) throws(Flaw) {
    guard record.walletID == walletID else { throw .wrongWallet(record: record.number) }
    guard record.sequence == sequence + 1 else { throw .sequenceGap(record: record.number, expected: sequence + 1) }
    guard record.previous == head.record else { throw .brokenLink(record: record.number) }
    guard record.hash == sha256(record.bytesToHash(after: head.hash)) else { throw .wrongHash(record: record.number) }
    let (balance, overflow) = posted.addingReportingOverflow(record.amount)
    guard !overflow, record.posted == balance, (record.amount == 0) == (record.counterAccount == nil) else {
      throw .wrongBalance(record: record.number)
    }
    sequence = record.sequence
    posted = balance
    held = record.held
    head = ChainHead(record: record.number, hash: record.hash)
  }

  /// Compares the end of the replay with the wallet as the ledger knows it.
  package func finish(at account: Account) throws(Flaw) {
    guard account.head == head, account.wallet.sequence == sequence, account.wallet.posted == posted,
      account.wallet.held == held
    else { throw .wrongHead }
  }
}
