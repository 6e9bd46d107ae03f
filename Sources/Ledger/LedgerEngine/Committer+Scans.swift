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
    scans.post(scans.newID()) { _ in
      EntryList(walletID, filter: filter, from: place, size: size, completion: completion)
    }
  }

  /// Gathers a page of all wallets, oldest first, and calls `completion` on the committer's thread.
  ///
  /// - Parameter created: The record that created the last wallet of the page before; nil for the first page.
  package func listWallets(
    after created: Int64?,
    size: Int,
    completion: @escaping @Sendable (Result<WalletPage, ScanError>) -> Void
  ) {
    scans.post(scans.newID()) { _ in WalletList(after: created, size: size, completion: completion) }
  }

  /// Gathers a page of open holds, the one that expires first first, and calls `completion` on the committer's thread.
  ///
  /// - Parameters:
  ///   - walletID: nil for the holds of all wallets.
  ///   - last: The last hold of the page before; nil for the first page.
  package func listHolds(
    of walletID: WalletID?,
    after last: HoldPlace?,
    size: Int,
    completion: @escaping @Sendable (Result<HoldPage, ScanError>) -> Void
  ) {
    scans.post(scans.newID()) { _ in HoldList(of: walletID, after: last, size: size, completion: completion) }
  }

  /// Gathers a page of recharges, newest first, and calls `completion` on the committer's thread.
  package func listRecharges(
    _ filter: RechargeFilter,
    before last: RechargePlace?,
    size: Int,
    completion: @escaping @Sendable (Result<RechargePage, ScanError>) -> Void
  ) {
    scans.post(scans.newID()) { _ in RechargeList(filter, before: last, size: size, completion: completion) }
  }

  /// Subscribes to a wallet. The updates end only with an error, or when their reader abandons them.
  package func watch(_ walletID: WalletID, from start: WatchStart) -> WalletUpdates {
    let id = scans.newID()
    let relay = scans.relay(of: WalletUpdates.Element.self, capacity: WalletWatch.relayCapacity, to: id)
    scans.post(id, isWatch: true) { feeds in WalletWatch(walletID, start: start, feeds: feeds, relay: relay) }
    return WalletUpdates(relay)
  }

  /// Subscribes to the events of all wallets, after `cursor` or, if nil, from now on. The relay's first element gives the
  /// starting position. The relay ends only with an error, or when its reader abandons it.
  package func watchEvents(after cursor: EventCursor?, rules: EventRules) -> Relay<EventUpdate> {
    let id = scans.newID()
    let relay = scans.relay(of: EventUpdate.self, capacity: EventWatch.relayCapacity, to: id)
    scans.post(id, isWatch: true) { _ in EventWatch(after: cursor, rules: rules, relay: relay) }
    return relay
  }

  /// Ends all watches and refuses new ones. Watches never end by themselves and would hold up a server that drains.
  package func endWatches() { scans.endWatches() }

  /// Copies the ledger. The relay delivers the copy piece by piece, as of a moment after this call, so that it includes
  /// everything acknowledged before. It ends with `ScanError.backupFailed` if the store does not support copying.
  package func backup() -> Relay<BackupChunk> {
    let id = scans.newID()
    let relay = scans.relay(of: BackupChunk.self, capacity: Backup.relayCapacity, to: id)
    scans.post(id) { _ in Backup(relay: relay) }
    return relay
  }

  /// Verifies the ledger. The relay delivers progress, then a verdict, and ends.
  ///
  /// - Parameter known: The digest of an earlier verdict, kept outside the ledger.
  package func verify(known: KnownDigest? = nil) -> Relay<VerificationUpdate> {
    let id = scans.newID()
    let relay = scans.relay(of: VerificationUpdate.self, capacity: 4, to: id)
    let sha256 = rules.sha256
    scans.post(id) { _ in Verification(known: known, sha256: sha256, relay: relay) }
    return relay
  }
}
