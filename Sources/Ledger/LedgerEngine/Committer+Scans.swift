package import Ledger

extension Committer {
  /// Gathers a page of a wallet's entries, newest first, and calls `completion` on the committer's thread.
  package func listEntries(
    of walletID: WalletID,
    filter: EntryFilter,
    from place: RecordPlace?,
    size: Int,
    completion: @escaping @Sendable (Result<EntryPage, ScanError>) -> Void
  ) {
    desk.post(desk.newID()) { EntryList(walletID, filter: filter, from: place, size: size, completion: completion) }
  }

  /// Gathers a page of all wallets, oldest first, and calls `completion` on the committer's thread.
  package func listWallets(
    after created: Int64,
    size: Int,
    completion: @escaping @Sendable (Result<WalletPage, ScanError>) -> Void
  ) {
    desk.post(desk.newID()) { WalletList(after: created, size: size, completion: completion) }
  }

  /// Gathers a page of a wallet's recharges, newest first, and calls `completion` on the committer's thread.
  package func listRecharges(
    of walletID: WalletID,
    before last: RechargePlace?,
    size: Int,
    completion: @escaping @Sendable (Result<RechargePage, ScanError>) -> Void
  ) {
    desk.post(desk.newID()) { RechargeList(of: walletID, before: last, size: size, completion: completion) }
  }

  /// Follows a wallet. The relay ends only with an error, or when its reader abandons it.
  package func watch(_ walletID: WalletID, from start: WatchStart) -> Relay<WalletUpdate> {
    let id = desk.newID()
    let relay = desk.relay(of: WalletUpdate.self, capacity: WalletWatch.relayCapacity, to: id)
    desk.post(id, isWatch: true) { WalletWatch(walletID, start: start, relay: relay) }
    return relay
  }

  /// Follows all wallets' events, from `cursor` on or, without one, from now on. The relay begins by saying where that
  /// is, and ends only with an error, or when its reader abandons it.
  package func watchEvents(after cursor: EventCursor?, rules: EventRules) -> Relay<EventUpdate> {
    let id = desk.newID()
    let relay = desk.relay(of: EventUpdate.self, capacity: EventWatch.relayCapacity, to: id)
    desk.post(id, isWatch: true) { EventWatch(after: cursor, rules: rules, relay: relay) }
    return relay
  }

  /// Ends all watches, and refuses new ones: they have no end of their own and would hold up a server that drains.
  package func endWatches() { desk.endWatches() }

  /// Copies the ledger. The relay gives one complete copy, which holds all that was acknowledged before this call.
  package func backup() -> Relay<CompleteBackup> {
    let id = desk.newID()
    let relay = desk.relay(of: CompleteBackup.self, capacity: 1, to: id)
    desk.post(id) { Backup(relay: relay) }
    return relay
  }

  /// Proves the ledger. The relay gives progress, then a verdict, and ends.
  ///
  /// - Parameter known: A digest of the ledger as it was once, kept elsewhere.
  package func verify(known: KnownDigest? = nil) -> Relay<VerificationUpdate> {
    let id = desk.newID()
    let relay = desk.relay(of: VerificationUpdate.self, capacity: 4, to: id)
    let sha256 = rules.sha256
    desk.post(id) { Verification(known: known, sha256: sha256, relay: relay) }
    return relay
  }
}
