package import Ledger
package import LedgerEngine
package import Synchronization

/// A minimal store that fulfils the contract, with faults on demand. Opening another over the same memory simulates a
/// restart; several open at once simulate daemons on several hosts that share a database.
package struct InMemoryStore: Store {
  /// The content that survives a restart. Locked because the test shares it.
  package final class Memory: Sendable {
    package struct Content: Sendable {
      package var whole = LedgerState(position: .start)
      package var records: [JournalRecord] = []
      package var refusals: [RememberedRefusal] = []
      package var facts: [LedgerFact] = []
      package var answerPlaces: [IdempotencyKey: AnswerPlace] = [:]
      /// By the numbers of the records that placed the holds.
      package var holdRows: [Int64: HoldRow] = [:]
      /// By the numbers of the refunded entries' records.
      package var refundRows: [Int64: RefundRow] = [:]
      package var batchSizes: [Int] = []
      /// The errors that the next loads throw.
      package var nextLoadFaults: [StoreError] = []
      /// The errors that the next persists throw.
      package var nextFaults: [StoreError] = []
      /// Wallets whose loads throw `StoreError.damaged`.
      package var damagedWallets: Set<WalletID> = []
      /// Wallets whose changes throw `StoreError.damaged`.
      package var unwritableWallets: Set<WalletID> = []
      package var reasonToRefuseChanges: String?
    }

    package let content = Mutex(Content())
    /// Called at the start of every persist, on the committer's thread, where a test can delay a batch or change the
    /// memory.
    package let persistBegins: @Sendable () -> Void

    package init(persistBegins: @escaping @Sendable () -> Void = {}) { self.persistBegins = persistBegins }
  }

  let memory: Memory
  /// The ledger's position when the batch was loaded.
  private var loaded = Position.start

  package init(_ memory: Memory) { self.memory = memory }

  package var reasonToRefuseChanges: String? { memory.content.withLock { $0.reasonToRefuseChanges } }

  package var position: Position { memory.content.withLock { $0.whole.position } }

  /// Loads only what `needs` names, so that incomplete needs are detected.
  package mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState {
    let part = try memory.content.withLock { content throws(StoreError) in
      if !content.nextLoadFaults.isEmpty { throw content.nextLoadFaults.removeFirst() }
      if let damaged = content.damagedWallets.intersection(needs.wallets).first {
        throw .damaged("wallet \(damaged) cannot be read")
      }
      return content.whole.part(for: needs)
    }
    loaded = part.position
    return part
  }

  package mutating func persist(_ state: LedgerState) throws(StoreError) {
    memory.persistBegins()
    let fault = memory.content.withLock { $0.nextFaults.isEmpty ? nil : $0.nextFaults.removeFirst() }
    if let fault { throw fault }
    try memory.content.withLock { content throws(StoreError) in
      if let unwritable = content.unwritableWallets.intersection(state.changes.wallets).first {
        throw .damaged("wallet \(unwritable) cannot be written")
      }
      guard content.whole.position == loaded else { throw .conflict("another store has committed since") }
      content.whole.position = state.position
      content.whole.accounts.merge(state.accounts) { $1 }
      content.whole.recordedOutcomes.merge(state.recordedOutcomes) { $1 }
      content.whole.recharges.merge(state.recharges) { $1 }
      content.whole.paymentMethods.merge(state.paymentMethods) { $1 }
      content.whole.refunds.merge(state.refunds) { $1 }
      content.whole.disputes.merge(state.disputes) { $1 }
      content.whole.processorCharges.merge(state.processorCharges) { $1 }
      content.whole.holds.merge(state.holds) { $1 }
      content.whole.entries.merge(state.entries) { $1 }
      content.keepRows(of: state)
      for record in state.changes.records {
        // As in a store with the journal, any entry can be loaded.
        guard let currency = state.accounts[record.walletID]?.wallet.currency else { continue }
        content.whole.entryRecords[record.entryID] = record
        let entry = RecordedEntry(record, in: currency)
        if let entry, content.whole.entries[entry.id] == nil { content.whole.entries[entry.id] = entry }
      }
      content.refusals += state.changes.refusals
      content.facts += state.changes.facts
      if !state.changes.facts.isEmpty { content.whole.facts = state.facts }
      content.records += state.changes.records
      content.batchSizes.append(state.changes.records.count + state.changes.refusals.count)
    }
  }

  package mutating func maintain(isIdle: Bool) throws(StoreError) {}

  package mutating func journal(of walletID: WalletID) throws(StoreError) -> [JournalRecord] {
    memory.content.withLock { $0.records.filter { $0.walletID == walletID } }
  }
}
