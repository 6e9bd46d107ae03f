import Synchronization

/// The accounts of the users that are connected: one for each event loop, between which a user's memory is divided, so
/// that counting needs no lock.
final class UserAccounts: Sendable {
  struct Key: Hashable {
    let user: UInt32
    /// Whether a rule lets the peer call something: a user's processes may be in different groups.
    let isKnown: Bool
    let eventLoop: ObjectIdentifier
  }
  private let accounts = Mutex<[Key: (account: UserAccount, connections: Int)]>([:])

  /// Returns an account for a connection. ``leave(_:)`` has to follow when it has closed.
  ///
  /// - Parameter make: Makes the account if there is none.
  func enter(_ key: Key, make: () -> UserAccount) -> UserAccount {
    accounts.withLock { accounts in
      let entry = accounts[key] ?? (make(), 0)
      accounts[key] = (entry.account, entry.connections + 1)
      return entry.account
    }
  }

  func leave(_ key: Key) {
    accounts.withLock { accounts in
      guard let entry = accounts[key] else { return }
      accounts[key] = entry.connections > 1 ? (entry.account, entry.connections - 1) : nil
    }
  }
}
