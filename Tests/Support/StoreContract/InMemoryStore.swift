package import Ledger
package import LedgerEngine
package import Synchronization

/// The simplest store that keeps the contract, with faults on demand. Opening another over the same memory is a restart;
/// several may be open at once, as if daemons on several hosts shared a database.
package struct InMemoryStore: Store {
  /// What survives a restart. Shared with the test, hence the lock.
  package final class Memory: Sendable {
    package struct Content: Sendable {
      package var whole = LedgerState(position: .start)
      package var records: [JournalRecord] = []
      package var refusals: [RememberedRefusal] = []
      package var answerPlaces: [IdempotencyKey: AnswerPlace] = [:]
      /// By the records that placed them.
      package var holdRows: [Int64: HoldRow] = [:]
      /// By the records of the refunded entries.
      package var refundRows: [Int64: RefundRow] = [:]
      package var batchSizes: [Int] = []
      /// What the next loads throw.
      package var nextLoadFaults: [StoreError] = []
      /// What the next persists throw.
      package var nextFaults: [StoreError] = []
    }

    package let content = Mutex(Content())
    /// Runs at the start of every persist, on the committer's thread: a test can hold a batch back there, or change the
    /// memory.
    package let persistBegins: @Sendable () -> Void

    package init(persistBegins: @escaping @Sendable () -> Void = {}) { self.persistBegins = persistBegins }
  }

  let memory: Memory
  /// Where the ledger was when the batch was loaded.
  private var loaded = Position.start

  package init(_ memory: Memory) { self.memory = memory }

  package var position: Position { memory.content.withLock { $0.whole.position } }

  /// Only what was asked for, so that needs that name too little show.
  package mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState {
    let part = try memory.content.withLock { content throws(StoreError) in
      if !content.nextLoadFaults.isEmpty { throw content.nextLoadFaults.removeFirst() }
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
        // Like a store that has the journal: any entry can be asked for.
        guard let currency = state.accounts[record.walletID]?.wallet.currency else { continue }
        content.whole.entryRecords[record.entryID] = record
        let entry = EntryBook(record, in: currency)
        if let entry, content.whole.entries[entry.id] == nil { content.whole.entries[entry.id] = entry }
      }
      content.refusals += state.changes.refusals
      content.records += state.changes.records
      content.batchSizes.append(state.changes.records.count + state.changes.refusals.count)
    }
  }

  package mutating func maintain(isIdle: Bool) throws(StoreError) {}

  package mutating func journal(of walletID: WalletID) throws(StoreError) -> [JournalRecord] {
    memory.content.withLock { $0.records.filter { $0.walletID == walletID } }
  }
}
