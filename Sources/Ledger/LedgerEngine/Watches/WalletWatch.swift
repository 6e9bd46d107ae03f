import Ledger

/// Begins a watch of a wallet: reads the changes before it began, if any, and leaves the rest to the wallet's feed.
final class WalletWatch: Scan {
  /// The maximum number of complete changes that wait for the reader.
  static let relayCapacity = 32

  private enum Phase {
    case starting
    /// Delivers the changes from `next` to `last`, after which `reader` follows.
    case reading(WalletHistory, next: Int64, last: Int64, ChangeReader)
  }

  private let walletID: WalletID
  private let start: WatchStart
  private let feeds: WalletFeeds
  private let relay: Relay<WalletUpdates.Element>
  private var phase = Phase.starting

  init(_ walletID: WalletID, start: WatchStart, feeds: WalletFeeds, relay: Relay<WalletUpdates.Element>) {
    self.walletID = walletID
    self.start = start
    self.feeds = feeds
    self.relay = relay
  }

  var isAbandoned: Bool { relay.isAbandoned }

  func fail(_ error: ScanError) { relay.end(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    if case .starting = phase, try begin(on: &store) { return .finished }
    do throws(WalletHistory.Failure) {
      return try read(from: &store, in: slice)
    } catch {
      switch error {
      case .fellBehind: fail(.fellBehind(lastSequence: lastSequence))
      case .damaged(let what): fail(.damaged(what))
      case .store(let error): throw error
      }
      return .finished
    }
  }

  /// Returns whether nothing is left to do.
  private func begin(on store: inout some Store) throws(StoreError) -> Bool {
    var needs = Needs(at: store.position.time)
    GetWallet(walletID).addNeeds(to: &needs)
    guard let account = try store.load(needs).accounts[walletID] else {
      fail(.refused(.walletNotFound(walletID)))
      return true
    }
    let now = account.wallet.sequence
    let watched = feeds.watched(account)
    switch start {
    case .snapshot: relay.offer(.update(.snapshot(account.wallet)))
    case .after(let sequence):
      guard sequence <= now, now - sequence <= Int64(WalletHistory.mostRecords) else {
        fail(.snapshotRequired(sequence: now))
        return true
      }
      if let reader = watched.feed.join(after: sequence) {
        relay.offer(.follows(reader))
        return true
      }
    }
    guard let reader = watched.feed.join(after: now) else {
      preconditionFailure("a feed has every change since it began, and its wallet is at the last of them")
    }
    guard case .after(let sequence) = start else {
      relay.offer(.follows(reader))
      return true
    }
    phase = .reading(watched.history, next: sequence + 1, last: now, reader)
    return false
  }

  /// The sequence of the last delivered change.
  private var lastSequence: Int64 {
    guard case .reading(_, let next, _, _) = phase else { return 0 }
    return next - 1
  }

  private func read(from store: inout some Store, in slice: Slice) throws(WalletHistory.Failure) -> ScanStatus {
    guard case .reading(let history, var next, let last, let reader) = phase else { return .finished }
    defer { phase = .reading(history, next: next, last: last, reader) }
    guard try history.reach(next, in: &store, slice) else { return .working }
    while next <= last {
      for change in try history.changes(from: next, in: &store) where change.sequence <= last {
        guard relay.hasRoom() else { return .waiting }
        relay.offer(.update(.change(change)))
        next += 1
      }
      if slice.isOver { return .working }
    }
    relay.offer(.follows(reader))
    return .finished
  }
}
