import Ledger

/// A wallet in memory, as it was last committed.
///
/// An object of its own, so that the table that finds it by the wallet's id stays small.
final class StoredAccount {
  /// The wallet's row.
  let row: Int64
  var account: Account
  /// Its row of `balance` lags behind the journal.
  var isUnfolded = false

  init(row: Int64, account: Account) {
    self.row = row
    self.account = account
  }
}

/// Accounts in memory: those that the last batches needed, and all whose rows lag behind.
struct AccountCache {
  private var accounts: [WalletID: StoredAccount] = [:]
  /// Those that began to lag since the last fold began. One whose row has been written meanwhile may still be here.
  private(set) var unfolded: [StoredAccount] = []
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  subscript(walletID: WalletID) -> StoredAccount? { accounts[walletID] }

  /// Keeps an account whose row of `balance` is up to date.
  mutating func keep(_ stored: StoredAccount) {
    if accounts.count >= capacity { accounts = accounts.filter { $0.value.isUnfolded } }
    accounts[stored.account.wallet.id] = stored
  }

  /// Takes note of a change that only the journal has.
  mutating func markUnfolded(_ stored: StoredAccount) {
    // It may have been dropped since it was loaded.
    accounts[stored.account.wallet.id] = stored
    guard !stored.isUnfolded else { return }
    stored.isUnfolded = true
    unfolded.append(stored)
  }

  /// Hands over the accounts that lag behind, in the order of their rows.
  mutating func takeUnfolded() -> [StoredAccount] {
    defer { unfolded = [] }
    return unfolded.filter(\.isUnfolded).sorted { $0.row < $1.row }
  }
}

extension Account {
  /// Whether a replay of the journal over `earlier` gives this account. What else changed has no other place than
  /// the wallet's row, but for what is known of its holds, refunds and disputes: they have rows of their own.
  func isReplay(of earlier: Account) -> Bool {
    var replayed = earlier
    replayed.wallet.posted = wallet.posted
    replayed.wallet.held = wallet.held
    replayed.wallet.sequence = wallet.sequence
    replayed.head = head
    replayed.openHolds = openHolds
    replayed.nextHoldExpiry = nextHoldExpiry
    replayed.openRefunds = openRefunds
    replayed.openDisputes = openDisputes
    return replayed == self
  }
}
