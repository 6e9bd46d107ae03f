import Ledger
import LedgerEngine

/// A wallet's balance after its newest record.
struct NewestBalance: Hashable, Sendable {
  let posted: Int64
  let held: Int64
  let sequence: Int64
  let head: ChainHead

  init(after record: JournalRecord) {
    posted = record.posted
    held = record.held
    sequence = record.sequence
    head = ChainHead(record: record.number, hash: record.hash)
  }
}

/// Verifies the end of the journal: the records whose balances are not folded, or whose keys are not in the index.
struct JournalTail {
  /// The part of a record before the tail that its successor depends on.
  enum Predecessor {
    case link(ChainLink)
    /// The record is missing.
    case lost
    /// The record is unreadable, so its successor cannot be verified.
    case unreadable
  }

  struct ChainLink {
    var head: ChainHead
    var sequence: Int64

    static let start = ChainLink(head: .start, sequence: 0)
  }

  /// The last record included in the rows of `balance`.
  let folded: Int64
  /// The last record whose key is in the index.
  let indexed: Int64

  private(set) var newest: [WalletID: NewestBalance] = [:]
  /// Wallets whose last records contradict their chains.
  private(set) var unsoundWallets: [WalletID: String] = [:]
  /// Descriptions of the damage, for people.
  private(set) var damages: [String] = []
  /// The reason why a recorded key may be unknown; nil if all are known.
  private(set) var lostKeys: String?
  /// The reason why any wallet may have unknown records; nil if all are known.
  private(set) var lostRecords: String?
  /// The time of the last record, if it is verified.
  private(set) var lastTime: LedgerTime?

  private var links: [WalletID: ChainLink] = [:]
  /// The numbers of unknown records.
  private var unknown: [ClosedRange<Int64>] = []
  /// Wallets whose damage has been reported.
  private var broken: Set<WalletID> = []
  private let sha256: @Sendable (_ bytes: [UInt8]) -> Digest

  init(folded: Int64, indexed: Int64, sha256: @escaping @Sendable (_ bytes: [UInt8]) -> Digest) {
    self.folded = folded
    self.indexed = indexed
    self.sha256 = sha256
  }

  /// Verifies the next record.
  ///
  /// - Parameter predecessor: Returns the wallet's previous record. Called only if that is not in the tail.
  mutating func take(
    _ record: JournalRecord,
    after predecessor: () throws(StoreError) -> Predecessor
  ) throws(StoreError) {
    lastTime = nil
    guard !broken.contains(record.walletID) else { return disprove(record) }
    let before: Predecessor
    if unknown.contains(where: { $0.contains(record.previous) }) {
      before = .unreadable
    } else if let link = links[record.walletID] {
      before = .link(link)
    } else if record.previous == 0 {
      before = .link(.start)
    } else {
      before = try predecessor()
    }
    switch before {
    case .link(let link):
      guard record.previous == link.head.record, record.sequence == link.sequence + 1,
        record.hash == sha256(record.bytesToHash(after: link.head.hash))
      else { return disprove(record) }
    case .lost: return disprove(record)
    case .unreadable: break
    }
    links[record.walletID] = ChainLink(
      head: ChainHead(record: record.number, hash: record.hash),
      sequence: record.sequence
    )
    if record.number > folded { newest[record.walletID] = NewestBalance(after: record) }
    lastTime = record.time
  }

  /// Adds a range of unknown records.
  ///
  /// - Parameter numbers: Their numbers.
  mutating func takeDamage(_ what: String, _ numbers: ClosedRange<Int64>) {
    let last = numbers.upperBound
    lastTime = nil
    unknown.append(numbers)
    damages.append(what)
    if last > indexed { lostKeys = lostKeys ?? what }
    if last > folded { lostRecords = lostRecords ?? what }
  }

  /// A changed record may have had another key, and belong to the wallet that its payload names.
  private mutating func disprove(_ record: JournalRecord) {
    let what = "record \(record.number) does not follow from the record before it in wallet \(record.walletID)"
    if broken.insert(record.walletID).inserted { damages.append(what) }
    if record.number > indexed { lostKeys = lostKeys ?? what }
    guard record.number > folded else { return }
    unsoundWallets[record.walletID] = unsoundWallets[record.walletID] ?? what
    if let owner = try? RecordPayload(canonicalBytes: record.payload).wallet.id, owner != record.walletID {
      unsoundWallets[owner] = unsoundWallets[owner] ?? what
    }
  }
}
