/// A fact about the ledger as a whole, which belongs to no wallet. Facts are hash-chained like remembered refusals, and
/// a newer fact of a kind replaces the older.
package struct LedgerFact: Hashable, Sendable, ChainLink {
  /// What a fact is about. The ledger keeps the raw values for ever.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case processorAccount = "PROCESSOR_ACCOUNT"
    case eventCursor = "EVENT_CURSOR"
  }

  package enum Content: Hashable, Sendable {
    /// The processor's account that all charges of this ledger belong to. Recorded once, before the first charge.
    case processorAccount(ProcessorAccount)
    /// Everything that the processor's events up to this cursor tell is in the ledger.
    case eventCursor(String)

    package var kind: Kind {
      switch self {
      case .processorAccount: .processorAccount
      case .eventCursor: .eventCursor
      }
    }
  }

  package var number: Int64
  package var time: LedgerTime
  package var content: Content
  package var hash: Digest

  package init(number: Int64, time: LedgerTime, content: Content, hash: Digest) {
    self.number = number
    self.time = time
    self.content = content
    self.hash = hash
  }

  package func bytesToHash(after previousHash: Digest) -> [UInt8] {
    var writer = CanonicalWriter(reserving: 128)
    writer.write(previousHash)
    writer.write(number)
    writer.write(time.microseconds)
    writer.write(content.kind.rawValue)
    writer.append(content.canonicalBytes)
    return writer.bytes
  }
}

/// The newest fact of each kind.
package struct LedgerFacts: Hashable, Sendable {
  /// The account that the ledger's charges belong to; nil before the first.
  package internal(set) var processorAccount: ProcessorAccount?
  /// Where to continue reading the processor's events; nil to begin with the oldest that it keeps.
  package internal(set) var eventCursor: String?

  package init() {}

  /// Takes a fact that is newer than those taken before.
  package mutating func take(_ content: LedgerFact.Content) {
    switch content {
    case .processorAccount(let account): processorAccount = account
    case .eventCursor(let cursor): eventCursor = cursor
    }
  }
}
