import Ledger

/// A wallet in memory, as of the last commit.
///
/// A class, so that the dictionary that holds it by wallet id stays small.
final class StoredAccount {
  /// The key of the wallet's row.
  let row: Int64
  var account: Account
  /// Whether the wallet's row of `balance` lags behind the journal.
  var isUnfolded = false

  init(row: Int64, account: Account) {
    self.row = row
    self.account = account
  }
}

/// A cache of accounts: those that recent batches needed, and all whose rows lag behind.
struct AccountCache {
  private var accounts: [WalletID: StoredAccount] = [:]
  /// Accounts that began to lag since the last fold began. May contain accounts whose rows have been written meanwhile.
  private(set) var unfolded: [StoredAccount] = []
  private let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  subscript(walletID: WalletID) -> StoredAccount? { accounts[walletID] }

  /// Caches an account whose row of `balance` is up to date.
  mutating func keep(_ stored: StoredAccount) {
    if accounts.count >= capacity { accounts = accounts.filter { $0.value.isUnfolded } }
    accounts[stored.account.wallet.id] = stored
  }

  /// Marks an account as changed in the journal only.
  mutating func markUnfolded(_ stored: StoredAccount) {
    // The account may have been evicted since it was loaded.
    accounts[stored.account.wallet.id] = stored
    guard !stored.isUnfolded else { return }
    stored.isUnfolded = true
    unfolded.append(stored)
  }

  /// Leaves an account whose row could not be written to the next fold.
  mutating func postpone(_ stored: StoredAccount) { unfolded.append(stored) }

  /// Returns the accounts that lag behind, in row order, and starts a new list.
  mutating func takeUnfolded() -> [StoredAccount] {
    defer { unfolded = [] }
    return unfolded.filter(\.isUnfolded).sorted { $0.row < $1.row }
  }
}

extension Account {
  /// Whether replaying the journal over `earlier` gives this account. Holds, refunds, disputes and reviews have rows of
  /// their own; any other difference is stored only in the wallet's row, which then has to be written.
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
    replayed.rechargesInReview = rechargesInReview
    return replayed == self
  }
}
