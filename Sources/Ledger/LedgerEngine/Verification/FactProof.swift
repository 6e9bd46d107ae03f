import Ledger

/// Proves the facts about the whole ledger: their hash chain, and that they end where the ledger says.
struct FactProof {
  /// The number of the last fact that was read.
  private(set) var last: Int64 = 0
  /// The time of the last fact that was read.
  private(set) var time = LedgerTime(microseconds: .min)
  private var chain: ChainVerifier<LedgerFact>
  /// Whether the chain has a flaw. Only the first flaw is reported.
  private var isBroken = false
  private var accounts: Set<ProcessorAccount> = []

  init(sha256: @escaping @Sendable (_ bytes: [UInt8]) -> Digest) { chain = ChainVerifier(sha256: sha256) }

  /// Reads some facts after the last, up to number `end`.
  mutating func read(from store: inout some Store, to end: Int64, _ flaws: inout LedgerFlaws) throws(StoreError) {
    let found = try store.facts(from: last + 1, limit: Verification.rowsPerRead)
    for scanned in found {
      switch scanned.row {
      case .row(let fact): take(fact, &flaws)
      case .damaged(let what):
        flaws.add(what)
        isBroken = true
      }
      last = scanned.key
    }
    if found.isEmpty {
      flaws.add("facts \(last + 1) to \(end) are lost")
      isBroken = true
      last = end
    }
  }

  private mutating func take(_ fact: LedgerFact, _ flaws: inout LedgerFlaws) {
    time = max(time, fact.time)
    if case .processorAccount(let account) = fact.content {
      if !accounts.isEmpty { flaws.add("fact \(fact.number) names a second account of the processor") }
      accounts.insert(account)
    }
    guard !isBroken else { return }
    do throws(ChainVerifier<LedgerFact>.Flaw) {
      try chain.check(fact)
    } catch {
      flaws.add("fact \(fact.number) was changed, or does not follow from the one before")
      isBroken = true
    }
  }

  /// Reads the facts that were committed meanwhile, and compares the end of the chain with the ledger's position.
  mutating func finish(on store: inout some Store, _ flaws: inout LedgerFlaws) throws(StoreError) {
    let position = store.position
    while last < position.fact { try read(from: &store, to: position.fact, &flaws) }
    if try store.facts(from: position.fact + 1, limit: 1).contains(where: { $0.row.row != nil }) {
      flaws.add("there are facts after number \(position.fact), where the ledger says that they end")
    }
    guard !isBroken else { return }
    do throws(ChainVerifier<LedgerFact>.Flaw) {
      try chain.finish(at: position.fact, position.factHash)
    } catch {
      flaws.add("the facts do not end where the ledger says")
    }
  }
}
