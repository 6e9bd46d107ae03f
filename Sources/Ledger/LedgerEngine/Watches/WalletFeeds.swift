import Ledger

/// The watched wallets, on the committer's thread.
final class WalletFeeds {
  struct Watched {
    let feed: ChangeFeed
    var history: WalletHistory
  }

  private var wallets: [WalletID: Watched] = [:]
  private let waker = ReaderWaker()
  private let arrivals: ScanQueue

  init(_ arrivals: ScanQueue) { self.arrivals = arrivals }

  /// Returns what is shared by the watches of a wallet, whose current state is `account`.
  func watched(_ account: Account) -> Watched {
    let wallet = account.wallet
    if let known = wallets[wallet.id] { return known }
    let watched = Watched(
      feed: ChangeFeed(after: wallet.sequence, waker: waker) { [weak arrivals] in arrivals?.feedAbandoned(wallet.id) },
      history: WalletHistory(of: wallet.id, sequence: wallet.sequence, head: account.head.record)
    )
    wallets[wallet.id] = watched
    return watched
  }

  /// Passes the records of a committed batch on.
  func publish(_ records: [JournalRecord]) {
    guard !wallets.isEmpty else { return }
    for record in records {
      guard let watched = wallets[record.walletID] else { continue }
      watched.feed.append(record)
      if !watched.history.append(record) {
        wallets[record.walletID]?.history = WalletHistory(
          of: record.walletID,
          sequence: record.sequence,
          head: record.number
        )
      }
    }
  }

  /// Forgets a wallet that nobody watches any more.
  func remove(_ walletID: WalletID) {
    if wallets[walletID]?.feed.isAbandoned == true { wallets[walletID] = nil }
  }

  func endAll(_ error: ScanError) {
    for watched in wallets.values { watched.feed.end(error) }
    wallets = [:]
  }

  /// Ends all feeds for good.
  func close(_ error: ScanError) {
    endAll(error)
    waker.close()
  }
}
