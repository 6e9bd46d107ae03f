import Ledger
import LedgerEngine
import MessageDigest

// Reads the newest balances and keys, which only the journal contains when a ledger is opened.
extension SQLiteStore {
  private static let recordsPerRead = 256

  /// Verifies the end of the journal, and brings balances and the key index up to date. Returns descriptions of the damage,
  /// for people. Operations that need something damaged fail from then on.
  mutating func readTail() throws(StoreError) -> [String] {
    let (folded, foldDamage) = try lastFoldedRecord()
    var tail = JournalTail(folded: folded, indexed: keyIndex.lastRecord, sha256: Self.sha256)
    try read(&tail)
    var damages = foldDamage.map { [$0] } ?? []
    if let lostKeys = keyIndex.lostKeys { damages.append(lostKeys) }
    damages += tail.damages
    unsoundWallets = tail.unsoundWallets
    for wallet in unsoundWallets.keys { damages.append("wallet \(wallet) is served no more") }
    if let reason = tail.lostKeys { keyIndex.loseKeys(because: reason) }
    if let reason = tail.lostRecords {
      reasonToRefuseChanges = "nothing can be changed, because the ledger's last changes are not all known: \(reason)"
    }
    tailIsDamaged = tail.lostRecords != nil || !unsoundWallets.isEmpty
    let refusalTime = try readRefusalTail(&damages)
    try checkTime(tail.lastTime, refusalTime, try lastFactTime())
    if keyIndex.lostKeys != nil { damages.append("requests with new idempotency keys are refused, reads are served") }
    try fold(tail, from: folded)
    return Self.first(damages)
  }

  /// Limits the number of descriptions.
  private static func first(_ damages: [String]) -> [String] {
    guard damages.count > mostNotices else { return damages }
    return damages.prefix(mostNotices) + ["\(damages.count - mostNotices) more damages were found"]
  }

  private static let mostNotices = 20

  static let sha256: @Sendable (_ bytes: [UInt8]) -> Digest = { Digest(SHA256.hash($0)) }

  private mutating func read(_ tail: inout JournalTail) throws(StoreError) {
    // Read at least the last record.
    var next = max(1, min(tail.folded + 1, tail.indexed + 1, position.record))
    while next <= position.record {
      let found = try records(from: next, limit: Self.recordsPerRead)
      for row in found {
        switch row.row {
        case .damaged(let what): tail.takeDamage(what, min(next, row.key)...row.key)
        case .row(let record):
          if record.number > next {
            let last = record.number - 1
            tail.takeDamage(Self.lost("record", next, last), next...last)
          }
          try tail.take(record) { () throws(StoreError) in try predecessor(of: record) }
          if record.number > tail.indexed, let key = record.origin.idempotencyKey {
            keyIndex.add(.record(record.number), for: key)
          }
        }
        next = row.key + 1
      }
      if found.isEmpty {
        tail.takeDamage(Self.lost("record", next, position.record), next...position.record)
        next = position.record + 1
      }
    }
  }

  private static func lost(_ what: String, _ first: Int64, _ last: Int64) -> String {
    first == last ? "\(what) \(first) is lost" : "\(what)s \(first) to \(last) are lost"
  }

  private func predecessor(of record: JournalRecord) throws(StoreError) -> JournalTail.Predecessor {
    do throws(StoreError) {
      guard let link = try link(of: record.previous) else { return .lost }
      return .link(link)
    } catch {
      guard case .damaged = error else { throw error }
      return .unreadable
    }
  }

  /// Returns nil if the record does not exist.
  func link(of number: Int64) throws(StoreError) -> JournalTail.ChainLink? {
    let select = statements.journal.selectLink
    select.bind(.id, number)
    defer { select.reset() }
    guard let row = try select.step() else { return nil }
    guard let hash = row.digest(.hash) else { throw .damaged("record \(number) is damaged") }
    return JournalTail.ChainLink(head: ChainHead(record: number, hash: hash), sequence: row.int64(.sequence))
  }

  /// Verifies the end of the refusals and adds their keys. Returns the time of the last, if it is verified.
  private mutating func readRefusalTail(_ damages: inout [String]) throws(StoreError) -> LedgerTime? {
    let first = max(1, min(keyIndex.lastRefusal + 1, position.refusal))
    var next = first
    // nil if unknown.
    var hash: Digest? = first == 1 ? .zero : nil
    if first > 1 {
      do throws(StoreError) {
        hash = try refusal(first - 1)?.hash
      } catch {
        guard case .damaged = error else { throw error }
      }
    }
    var lastTime: LedgerTime?
    func lose(_ what: String) {
      damages.append(what)
      keyIndex.loseKeys(because: what)
      (hash, lastTime) = (nil, nil)
    }
    while next <= position.refusal {
      let found = try refusals(from: next, limit: Self.recordsPerRead)
      for row in found {
        switch row.row {
        case .damaged(let what): lose(what)
        case .row(let refusal):
          if refusal.number > next { lose(Self.lost("refusal", next, refusal.number - 1)) }
          if let before = hash, refusal.hash != Self.sha256(refusal.bytesToHash(after: before)) {
            lose("refusal \(refusal.number) was changed, or does not follow from the one before")
          }
          if refusal.number > keyIndex.lastRefusal { keyIndex.add(.refusal(refusal.number), for: refusal.key) }
          (hash, lastTime) = (refusal.hash, refusal.time)
        }
        next = row.key + 1
      }
      if found.isEmpty {
        lose(Self.lost("refusal", next, position.refusal))
        next = position.refusal + 1
      }
    }
    if let hash, hash != position.refusalHash { lose("the refusals do not end where the ledger says") }
    return lastTime
  }

  /// Checks that the ledger's time is that of its last commit.
  private func checkTime(
    _ record: LedgerTime?,
    _ refusal: LedgerTime?,
    _ fact: LedgerTime?
  ) throws(StoreError) {
    guard record != nil || position.record == 0, refusal != nil || position.refusal == 0,
      fact != nil || position.fact == 0, let last = [record, refusal, fact].compactMap({ $0 }).max()
    else { return }
    guard position.time == last else {
      throw .failed(
        "the ledger's own row was changed: its time is not that of the last commit. Restore a backup into an empty "
          + "directory"
      )
    }
  }
}
