package import Ledger

/// An element of a verification's relay.
package enum VerificationUpdate: Sendable {
  case progress(VerificationProgress)
  case verdict(LedgerVerdict)
}

/// The number of records replayed and rows compared so far.
package struct VerificationProgress: Hashable, Sendable {
  package var records: Int64
  package var totalRecords: Int64
  /// The number of rows compared in the other tables.
  package var rows: Int64
}

/// The result of a verification, as of the ledger's last commit.
package struct LedgerVerdict: Hashable, Sendable {
  package var flaws: LedgerFlaws
  package var records: Int64
  package var refusals: Int64
  package var wallets: Int64
  /// SHA-256 over the hashes of all records in order: it changes if the owner of the file rewrites a record.
  package var digest: Digest
  /// In micros.
  package var walletTotals: [Currency: Int128]
  package var counterAccounts: [Currency: [CounterAccount: Int128]]
}

/// The digest of the first `records` records, from an earlier verdict.
package struct KnownDigest: Hashable, Sendable {
  package let records: Int64
  package let digest: Digest

  package init(records: Int64, digest: Digest) {
    self.records = records
    self.digest = digest
  }
}

/// Verifies the ledger by replaying it: every wallet's hash chain and balance, the double entry, the tables of holds,
/// refunds, recharges and cards, the answers to idempotency keys, and the refusals.
///
/// Proves the journal up to where it was when the verification began, then compares the tables. What is committed meanwhile
/// is followed, so that both sides of a comparison are equally recent.
final class Verification: Scan, CommitFollower {
  enum Phase {
    case journal
    case wallets(after: Int64?)
    case openHolds([HoldID])
    case holds(after: Int64?)
    case refundedEntries([Int64])
    case refunds(after: Int64?)
    case openRecharges([RechargeID])
    case recharges(after: RechargeID?)
    case knownRefunds([RechargeRefundID])
    case rechargeRefunds(after: RechargeRefundID?)
    case knownDisputes([DisputeID])
    case disputes(after: DisputeID?)
    case knownPaymentMethods([PaymentMethodID])
    case paymentMethods(after: PaymentMethodID?)
    case done
  }

  static let rowsPerRead = 16
  /// So few that a batch which arrives meanwhile hardly waits.
  static let recordsPerRead = 16
  private static let rowsPerProgress: Int64 = 4096

  private let relay: Relay<VerificationUpdate>
  private let known: KnownDigest?
  private var refusals: ChainVerifier<RememberedRefusal>
  var facts: FactProof
  /// Whether the chain of refusals has a flaw. Only the first flaw is reported.
  private var refusalsAreBroken = false
  private(set) var lastRefusal: Int64 = 0
  private var lastRefusalTime = LedgerTime(microseconds: .min)
  /// The ledger's position when the verification began: up to here it proves.
  private var start: Position?
  /// The ledger's position at the end of the last slice.
  var lastPosition: Position?
  /// Records committed since the last slice, while the verification is abreast of the ledger.
  var arrived: [JournalRecord] = []
  var isAbreast = false
  private var reportedAt: Int64 = 0

  var phase = Phase.journal
  var replay: JournalReplay
  var flaws = LedgerFlaws()
  var walletTotals: [Currency: Int128] = [:]
  var walletRows: Int64 = 0
  var rows: Int64 = 0

  init(known: KnownDigest?, sha256: @escaping @Sendable (_ bytes: [UInt8]) -> Digest, relay: Relay<VerificationUpdate>)
  {
    self.known = known
    self.relay = relay
    refusals = ChainVerifier(sha256: sha256)
    facts = FactProof(sha256: sha256)
    replay = JournalReplay(sha256: sha256)
  }

  var isAbandoned: Bool { relay.isAbandoned }

  func fail(_ error: ScanError) { relay.end(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    defer { lastPosition = store.position }
    guard try catchUp(on: &store, in: slice) else { return .working }
    if case .journal = phase { phase = .wallets(after: nil) }
    repeat {
      try compareReadable(of: &store)
      reportProgress(store.position)
      if case .done = phase {
        try finish(on: &store)
        return .finished
      }
    } while !slice.isOver
    return .working
  }

  // MARK: The journal and the refusals

  /// Proves the journal and the refusals, and then follows what was committed since. Returns false if the slice ended first.
  private func catchUp(on store: inout some Store, in slice: Slice) throws(StoreError) -> Bool {
    let start = start ?? store.position
    self.start = start
    while replay.record < start.record {
      _ = try replayRecords(of: &store, to: start.record)
      reportProgress(store.position)
      if slice.isOver { return false }
    }
    while lastRefusal < start.refusal {
      _ = try replayRefusals(of: &store, to: start.refusal)
      if slice.isOver { return false }
    }
    while facts.last < start.fact {
      try facts.read(from: &store, to: start.fact, &flaws)
      if slice.isOver { return false }
    }
    return try follow(on: &store, in: slice)
  }

  private func replayRecords(of store: inout some Store, to last: Int64) throws(StoreError) -> Int64 {
    let first = replay.record + 1
    let found = try store.records(from: first, limit: min(Self.recordsPerRead, Int(last - replay.record)))
    for scanned in found {
      switch scanned.row {
      case .row(let record):
        reportLost("record", replay.record + 1, before: record.number)
        guard let payload = replay.take(record, &flaws) else { continue }
        count(record)
        try compare(record, payload, in: &store)
      case .damaged(let what):
        flaws.add(what)
        replay.skip(to: scanned.key)
      }
      compareKnownDigest()
    }
    if found.isEmpty {
      reportLost("record", first, before: last + 1)
      replay.skip(to: last)
    }
    return max(1, Int64(found.count))
  }

  func compareKnownDigest() {
    guard let known, known.records == replay.record, known.digest != replay.digest else { return }
    flaws.add("the first \(known.records) records are not those of the digest: the ledger was rewritten since")
  }

  func replayRefusals(of store: inout some Store, to last: Int64) throws(StoreError) -> Int64 {
    let first = lastRefusal + 1
    let found = try store.refusals(from: first, limit: Self.rowsPerRead)
    for scanned in found {
      switch scanned.row {
      case .row(let refusal):
        reportLost("refusal", lastRefusal + 1, before: refusal.number)
        try take(refusal, in: &store)
      case .damaged(let what): flaws.add(what)
      }
      lastRefusal = scanned.key
    }
    if found.isEmpty {
      reportLost("refusal", first, before: last + 1)
      lastRefusal = last
    }
    return max(1, Int64(found.count))
  }

  private func take(_ refusal: RememberedRefusal, in store: inout some Store) throws(StoreError) {
    if !refusalsAreBroken {
      do throws(ChainVerifier<RememberedRefusal>.Flaw) {
        try refusals.check(refusal)
      } catch {
        flaws.add("refusal \(refusal.number) was changed, or does not follow from the one before")
        refusalsAreBroken = true
      }
    }
    lastRefusalTime = max(lastRefusalTime, refusal.time)
    try compare(refusal.key, place: .refusal(refusal.number), in: &store)
  }

  func reportLost(_ what: String, _ first: Int64, before next: Int64) {
    guard first < next else { return }
    flaws.add(first == next - 1 ? "\(what) \(first) is lost" : "\(what)s \(first) to \(next - 1) are lost")
  }

  private func reportProgress(_ position: Position) {
    let done = replay.record + rows
    guard done - reportedAt >= Self.rowsPerProgress, relay.hasRoom() else { return }
    reportedAt = done
    relay.offer(
      .progress(VerificationProgress(records: replay.record, totalRecords: position.record, rows: rows))
    )
  }

  // MARK: The end

  private func finish(on store: inout some Store) throws(StoreError) {
    let position = store.position
    for damage in try store.bookkeepingDamage() { flaws.add(damage) }
    if try store.records(from: position.record + 1, limit: 1).contains(where: { $0.row.row != nil }) {
      flaws.add("there are records after number \(position.record), where the ledger says that it ends")
    }
    if try store.refusals(from: position.refusal + 1, limit: 1).contains(where: { $0.row.row != nil }) {
      flaws.add("there are refusals after number \(position.refusal), where the ledger says that they end")
    }
    if !refusalsAreBroken {
      do throws(ChainVerifier<RememberedRefusal>.Flaw) {
        try refusals.finish(at: position.refusal, position.refusalHash)
      } catch {
        flaws.add("the refusals do not end where the ledger says")
      }
    }
    try facts.finish(on: &store, &flaws)
    let time = max(replay.time, lastRefusalTime, facts.time)
    if position.record + position.refusal + position.fact > 0, position.time != time {
      flaws.add("the ledger's time is not that of its last commit")
    }
    if let known, known.records > position.record {
      flaws.add("the ledger has \(position.record) records, and had \(known.records) when the digest was taken")
    }
    balanceAccounts()
    relay.offer(
      .verdict(
        LedgerVerdict(
          flaws: flaws,
          records: position.record,
          refusals: position.refusal,
          wallets: Int64(replay.wallets.count),
          digest: replay.digest,
          walletTotals: walletTotals,
          counterAccounts: replay.counterAccounts
        )
      )
    )
    relay.end(.success(()))
  }

  /// Checks that the wallets' balances and the counter accounts' entries sum to zero: two independent ways to one sum.
  private func balanceAccounts() {
    for currency in Set(walletTotals.keys).union(replay.counterAccounts.keys) {
      let others = replay.counterAccounts[currency]?.values.reduce(0, +) ?? 0
      let sum = walletTotals[currency, default: 0] + others
      if sum != 0 { flaws.add("all accounts in \(currency) together have \(sum) micros instead of none") }
    }
  }
}
