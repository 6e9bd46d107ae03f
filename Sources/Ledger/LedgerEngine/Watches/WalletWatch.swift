package import Ledger

/// An element of a wallet watch's relay.
package enum WalletUpdate: Sendable {
  /// The wallet as it was when the watch began.
  case snapshot(Wallet)
  case change(JournalRecord)
}

/// The change at which a watch of a wallet begins.
package enum WatchStart: Hashable, Sendable {
  /// The current wallet, then every change.
  case snapshot
  /// Every change with a higher sequence.
  case after(sequence: Int64)
}

/// Delivers the changes of one wallet in order, without gaps.
///
/// A watch that begins in the past walks the wallet's records back from the newest, noting their numbers, then reads them
/// forward. Records committed meanwhile are noted too; with nothing pending, they are delivered directly.
final class WalletWatch: Scan {
  private enum Phase {
    case starting
    /// `next` is the number of the record to read, `first` the sequence to go back to.
    case walkingBack(next: Int64, first: Int64)
    case receiving
  }

  /// The maximum number of pending changes of a watch, at 8 bytes each.
  static let mostPending = 100_000
  /// The maximum number of complete changes that wait for the reader.
  static let relayCapacity = 32

  let walletID: WalletID
  private let start: WatchStart
  private let relay: Relay<WalletUpdate>
  private var phase = Phase.starting
  /// The numbers of the records found walking back, newest first.
  private var walked: [Int64] = []
  /// The numbers of the records committed since, oldest first; those before `committedHead` are delivered.
  private var committed: [Int64] = []
  private var committedHead = 0
  /// The sequence of the last delivered change.
  private var lastSequence: Int64 = 0

  init(_ walletID: WalletID, start: WatchStart, relay: Relay<WalletUpdate>) {
    self.walletID = walletID
    self.start = start
    self.relay = relay
  }

  var isAbandoned: Bool { relay.isAbandoned }

  func fail(_ error: ScanError) { relay.end(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    if case .starting = phase, try !begin(on: &store) { return .finished }
    if case .walkingBack = phase {
      switch try walkBack(on: &store, in: slice) {
      case .waiting: break
      case let status: return status
      }
    }
    return try deliver(from: &store, in: slice)
  }

  /// Returns false if the watch ended immediately.
  private func begin(on store: inout some Store) throws(StoreError) -> Bool {
    var needs = Needs(at: store.position.time)
    GetWallet(walletID).addNeeds(to: &needs)
    guard let account = try store.load(needs).accounts[walletID] else {
      fail(.refused(.walletNotFound(walletID)))
      return false
    }
    let now = account.wallet.sequence
    switch start {
    case .snapshot:
      relay.offer(.snapshot(account.wallet))
      lastSequence = now
      phase = .receiving
    case .after(let sequence):
      guard sequence <= now, now - sequence <= Int64(Self.mostPending) else {
        fail(.snapshotRequired(sequence: now))
        return false
      }
      lastSequence = sequence
      phase = sequence == now ? .receiving : .walkingBack(next: account.head.record, first: sequence + 1)
    }
    return true
  }

  /// Walks back to the first record to deliver. Returns `waiting` when done.
  private func walkBack(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    while case .walkingBack(let next, let first) = phase {
      switch try store.record(next) {
      case .row(let record)? where record.walletID == walletID && record.sequence >= first:
        walked.append(record.number)
        phase = record.sequence == first ? .receiving : .walkingBack(next: record.previous, first: first)
      case .damaged(let what)?:
        fail(.damaged(what))
        return .finished
      case .row?, nil:
        fail(.lost(record: next))
        return .finished
      }
      if slice.isOver { return .working }
    }
    return .waiting
  }

  private func deliver(from store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    while let number = walked.last ?? (committedHead < committed.count ? committed[committedHead] : nil) {
      guard relay.hasRoom() else { return .waiting }
      switch try store.record(number) {
      case .row(let record)? where record.walletID == walletID && record.sequence == lastSequence + 1: deliver(record)
      case .damaged(let what)?:
        fail(.damaged(what))
        return .finished
      case .row?, nil:
        fail(.lost(record: number))
        return .finished
      }
      if walked.popLast() == nil { dropFirstCommitted() }
      if slice.isOver { return .working }
    }
    return .waiting
  }

  private func deliver(_ record: JournalRecord) {
    lastSequence = record.sequence
    relay.offer(.change(record))
  }

  private func dropFirstCommitted() {
    committedHead += 1
    guard committedHead * 2 >= committed.count else { return }
    committed.removeFirst(committedHead)
    committedHead = 0
  }

  /// Receives a change of the wallet that was just committed.
  func receive(_ record: JournalRecord) -> ScanStatus {
    if case .starting = phase { return .waiting }
    let pending = walked.count + committed.count - committedHead
    if case .receiving = phase, pending == 0, relay.hasRoom() {
      deliver(record)
      return .waiting
    }
    guard pending < Self.mostPending else {
      fail(.fellBehind(lastSequence: lastSequence))
      return .finished
    }
    committed.append(record.number)
    return .waiting
  }
}
