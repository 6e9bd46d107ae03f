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
    scans.post(scans.newID()) { EntryList(walletID, filter: filter, from: place, size: size, completion: completion) }
  }

  /// Gathers a page of all wallets, oldest first, and calls `completion` on the committer's thread.
  ///
  /// - Parameter created: The record that created the last wallet of the page before; nil for the first page.
  package func listWallets(
    after created: Int64?,
    size: Int,
    completion: @escaping @Sendable (Result<WalletPage, ScanError>) -> Void
  ) {
    scans.post(scans.newID()) { WalletList(after: created, size: size, completion: completion) }
  }

  /// Gathers a page of a wallet's recharges, newest first, and calls `completion` on the committer's thread.
  package func listRecharges(
    of walletID: WalletID,
    before last: RechargePlace?,
    size: Int,
    completion: @escaping @Sendable (Result<RechargePage, ScanError>) -> Void
  ) {
    scans.post(scans.newID()) { RechargeList(of: walletID, before: last, size: size, completion: completion) }
  }

  /// Subscribes to a wallet. The relay ends only with an error, or when its reader abandons it.
  package func watch(_ walletID: WalletID, from start: WatchStart) -> Relay<WalletUpdate> {
    let id = scans.newID()
    let relay = scans.relay(of: WalletUpdate.self, capacity: WalletWatch.relayCapacity, to: id)
    scans.post(id, isWatch: true) { WalletWatch(walletID, start: start, relay: relay) }
    return relay
  }

  /// Subscribes to the events of all wallets, after `cursor` or, if nil, from now on. The relay's first element gives the
  /// starting position. The relay ends only with an error, or when its reader abandons it.
  package func watchEvents(after cursor: EventCursor?, rules: EventRules) -> Relay<EventUpdate> {
    let id = scans.newID()
    let relay = scans.relay(of: EventUpdate.self, capacity: EventWatch.relayCapacity, to: id)
    scans.post(id, isWatch: true) { EventWatch(after: cursor, rules: rules, relay: relay) }
    return relay
  }

  /// Ends all watches and refuses new ones. Watches never end by themselves and would hold up a server that drains.
  package func endWatches() { scans.endWatches() }

  /// Copies the ledger. The relay delivers one complete copy, which includes everything acknowledged before this call, or
  /// ends with `ScanError.backupFailed` if the store does not support copying.
  package func backup() -> Relay<CompleteBackup> {
    let id = scans.newID()
    let relay = scans.relay(of: CompleteBackup.self, capacity: 1, to: id)
    scans.post(id) { Backup(relay: relay) }
    return relay
  }

  /// Verifies the ledger. The relay delivers progress, then a verdict, and ends.
  ///
  /// - Parameter known: The digest of an earlier verdict, kept outside the ledger.
  package func verify(known: KnownDigest? = nil) -> Relay<VerificationUpdate> {
    let id = scans.newID()
    let relay = scans.relay(of: VerificationUpdate.self, capacity: 4, to: id)
    let sha256 = rules.sha256
    scans.post(id) { Verification(known: known, sha256: sha256, relay: relay) }
    return relay
  }
}
