import Ledger
import LedgerStore
import Synchronization

/// The simplest store that keeps the contract, with faults on demand. Opening another over the same memory is a restart.
package struct InMemoryStore: Store {
  /// What survives a restart. Shared with the test, hence the lock.
  package final class Memory: Sendable {
    package struct Content: Sendable {
      package var whole = LedgerState(position: Position(record: 0, refusal: 0, time: LedgerTime(microseconds: 0)))
      package var records: [JournalRecord] = []
      package var batchSizes: [Int] = []
      package var nextFaults: [StoreError] = []
    }

    package let content = Mutex(Content())
    /// Runs at the start of every persist, on the committer's thread: a test's chance to hold a batch back.
    package let persistBegins: @Sendable () -> Void

    package init(persistBegins: @escaping @Sendable () -> Void = {}) { self.persistBegins = persistBegins }
  }

  let memory: Memory

  package init(_ memory: Memory) { self.memory = memory }

  package var position: Position { memory.content.withLock { $0.whole.position } }

  /// Only what was asked for, so that needs that name too little show.
  package mutating func load(_ needs: Needs) throws(StoreError) -> LedgerState {
    memory.content.withLock { content in
      let whole = content.whole
      var state = LedgerState(position: whole.position)
      var recharges = needs.recharges
      for key in needs.keys {
        guard let answer = whole.answers[key] else { continue }
        state.answers[key] = answer
        if case .recharge(let id) = answer.body { recharges.insert(id) }
      }
      for id in needs.processorChargeIDs { state.processorCharges[id] = whole.processorCharges[id] }
      if needs.openRecharges {
        state.openRecharges = Set(whole.recharges.values.map(\.recharge).filter { !$0.state.isTerminal }.map(\.id))
        recharges.formUnion(state.openRecharges)
      }
      var walletsWithCard = needs.walletsWithCard
      for id in recharges {
        guard let book = whole.recharges[id] else { continue }
        state.recharges[id] = book
        walletsWithCard.insert(book.recharge.walletID)
      }
      for id in needs.wallets.union(walletsWithCard) { state.accounts[id] = whole.accounts[id] }
      for id in walletsWithCard {
        guard let card = state.accounts[id]?.defaultPaymentMethod else { continue }
        state.paymentMethods[card] = whole.paymentMethods[card]
      }
      for id in needs.paymentMethods { state.paymentMethods[id] = whole.paymentMethods[id] }
      return state
    }
  }

  package mutating func persist(_ state: LedgerState) throws(StoreError) {
    memory.persistBegins()
    let fault = memory.content.withLock { $0.nextFaults.isEmpty ? nil : $0.nextFaults.removeFirst() }
    if let fault { throw fault }
    memory.content.withLock { content in
      content.whole.position = state.position
      content.whole.accounts.merge(state.accounts) { $1 }
      content.whole.answers.merge(state.answers) { $1 }
      content.whole.recharges.merge(state.recharges) { $1 }
      content.whole.paymentMethods.merge(state.paymentMethods) { $1 }
      content.whole.processorCharges.merge(state.processorCharges) { $1 }
      content.records += state.changes.records
      content.batchSizes.append(state.changes.records.count + state.changes.refusals.count)
    }
  }

  package mutating func maintain(isIdle: Bool) throws(StoreError) {}

  package mutating func journal(of walletID: WalletID) throws(StoreError) -> [JournalRecord] {
    memory.content.withLock { $0.records.filter { $0.walletID == walletID } }
  }
}
