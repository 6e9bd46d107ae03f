import Ledger

// Compares the tables with the journal in both directions: every row that the journal implies exists, and no other.
extension Verification {
  /// Compares the rows that `record` finally settled, and the place of its idempotency key.
  func compare(_ record: JournalRecord, _ payload: RecordPayload, in store: inout some Store) throws(StoreError) {
    if let key = record.origin.idempotencyKey { try compare(key, place: .record(record.number), in: &store) }
    if let hold = payload.hold, replay.holds[hold.id.record] == nil { try compare(hold, record, in: &store) }
    if let recharge = payload.recharge, recharge.state.isTerminal { try compare(recharge, record.number, in: &store) }
  }

  func compare(_ key: IdempotencyKey, place: AnswerPlace, in store: inout some Store) throws(StoreError) {
    do throws(StoreError) {
      guard try store.answerPlace(of: key) != place else { return }
      flaws.add("the key of \(place) does not lead to it")
    } catch {
      guard case .damaged(let what) = error else { throw error }
      flaws.add("the key of \(place) may not lead to it: \(what)")
    }
  }

  private func compare(_ hold: Hold, _ record: JournalRecord, in store: inout some Store) throws(StoreError) {
    guard try store.holdRow(hold.id)?.row != HoldRow(hold: hold, record: record.number) else { return }
    flaws.add("hold \(hold.id) is lost, or not what record \(record.number) made of it")
  }

  private func compare(_ recharge: Recharge, _ record: Int64, in store: inout some Store) throws(StoreError) {
    let row = try store.rechargeRow(recharge.id)?.row
    guard row != RechargeRow(recharge, record: record) else { return }
    if let row, row.record > record, recharge.state.isGivenUp, try isProved(row, in: &store) { return }
    flaws.add("recharge \(recharge.id) is lost, or not what record \(record) made of it")
  }

  /// Whether a row is as its own record in the journal says. A recharge that was given up may have been paid since: the
  /// row is then compared again when that record is replayed.
  private func isProved(_ row: RechargeRow, in store: inout some Store) throws(StoreError) -> Bool {
    guard let later = try payload(in: row.record, of: &store)?.recharge else { return false }
    return RechargeRow(later, record: row.record) == row
  }

  /// Adds records committed after a wallet's row was read to the sum of the wallets.
  func count(_ record: JournalRecord) {
    if case .journal = phase { return }
    if case .wallets(nil) = phase { return }
    guard let position = replay.wallets.position(of: record.walletID) else { return }
    if case .wallets(let last?) = phase, replay.wallets[position].created > last { return }
    walletTotals[replay.wallets.currency(of: position), default: 0] += Int128(record.amount)
  }

  /// Compares some rows of the current table, or advances to the next. If the rest of a table is unreadable, that is a
  /// flaw, and the verification continues with the next table.
  func compareReadable(of store: inout some Store) throws(StoreError) {
    do throws(StoreError) {
      try compareSome(of: &store)
    } catch {
      guard case .damaged(let what) = error else { throw error }
      flaws.add(what)
      phase = phase(after: phase)
    }
  }

  /// Returns the phase that follows the end of a table.
  private func phase(after phase: Phase) -> Phase {
    switch phase {
    case .journal: .wallets(after: nil)
    case .wallets: .openHolds(replay.openHoldIDs)
    case .openHolds: .holds(after: nil)
    case .holds: .refundedEntries(Array(replay.refunds.keys))
    case .refundedEntries: .refunds(after: nil)
    case .refunds: .openRecharges(Array(replay.openRecharges.keys))
    case .openRecharges: .recharges(after: nil)
    case .recharges: .knownRefunds(Array(replay.rechargeRefunds.keys))
    case .knownRefunds: .rechargeRefunds(after: nil)
    case .rechargeRefunds: .knownDisputes(Array(replay.disputes.keys))
    case .knownDisputes: .disputes(after: nil)
    case .disputes: .knownPaymentMethods(Array(replay.paymentMethods.keys))
    case .knownPaymentMethods: .paymentMethods(after: nil)
    case .paymentMethods, .done: .done
    }
  }

  func compareSome(of store: inout some Store) throws(StoreError) {
    switch phase {
    case .journal, .done: break
    case .wallets(let last): try compareWallets(of: &store, after: last)
    case .openHolds(let ids): try compareOpenHolds(of: &store, ids)
    case .holds(let last): try compareHolds(of: &store, after: last)
    case .refundedEntries(let entries): try compareRefundedEntries(of: &store, entries)
    case .refunds(let last): try compareRefunds(of: &store, after: last)
    case .openRecharges(let ids): try compareOpenRecharges(of: &store, ids)
    case .recharges(let last): try compareRecharges(of: &store, after: last)
    case .knownRefunds(let ids): try compareKnownRefunds(of: &store, ids)
    case .rechargeRefunds(let last): try compareRechargeRefunds(of: &store, after: last)
    case .knownDisputes(let ids): try compareKnownDisputes(of: &store, ids)
    case .disputes(let last): try compareDisputes(of: &store, after: last)
    case .knownPaymentMethods(let ids): try compareKnownPaymentMethods(of: &store, ids)
    case .paymentMethods(let last): try comparePaymentMethods(of: &store, after: last)
    }
  }

  private func compareWallets(of store: inout some Store, after last: Int64?) throws(StoreError) {
    let found = try store.accounts(after: last, limit: Self.rowsPerRead)
    for row in found {
      phase = .wallets(after: row.key)
      walletRows += 1
      switch row.row {
      case .row(let account): compare(account, created: row.key)
      case .damaged(let what): flaws.add(what)
      }
    }
    rows += Int64(found.count)
    guard found.isEmpty else { return }
    // New wallets sort last, so none is skipped.
    if walletRows != replay.wallets.count {
      flaws.add("there are \(walletRows) wallets where the journal has \(replay.wallets.count)")
    }
    phase = .openHolds(replay.openHoldIDs)
  }

  private func compare(_ account: Account, created: Int64) {
    walletTotals[account.wallet.currency, default: 0] += Int128(account.wallet.posted)
    guard let position = replay.wallets.position(of: account.wallet.id), replay.wallets[position].created == created
    else { return flaws.add("wallet \(account.wallet.id) is not in the journal") }
    let wallet = replay.wallets[position]
    guard !wallet.isBroken else { return }
    do throws(JournalVerifier.Flaw) {
      try wallet.replay.finish(at: account)
    } catch {
      flaws.add("wallet \(account.wallet.id) is not as its journal leaves it")
    }
    if replay.wallets.currency(of: position) != account.wallet.currency
      || wallet.createTime != account.wallet.createTime
    {
      flaws.add("wallet \(account.wallet.id) is not as it was created")
    }
  }

  private func compareOpenHolds(of store: inout some Store, _ ids: [HoldID]) throws(StoreError) {
    // Holds resolved since then were compared when their records were replayed.
    for id in ids.suffix(Self.rowsPerRead) {
      guard let open = replay.holds[id.record] else { continue }
      guard let payload = try payload(in: open.record, of: &store), let hold = payload.hold,
        try store.holdRow(id)?.row == HoldRow(hold: hold, record: open.record)
      else {
        flaws.add("hold \(id) is lost, or not what record \(open.record) made of it")
        continue
      }
    }
    rows += Int64(min(ids.count, Self.rowsPerRead))
    phase = ids.count <= Self.rowsPerRead ? .holds(after: nil) : .openHolds(ids.dropLast(Self.rowsPerRead))
  }

  private func compareHolds(of store: inout some Store, after last: Int64?) throws(StoreError) {
    let found = try store.holdRows(after: last, limit: Self.rowsPerRead)
    for row in found {
      phase = .holds(after: row.key)
      switch row.row {
      case .row(let held):
        let record = try store.record(row.key)?.row
        if record?.kind != .holdPlaced || record?.holdID != held.hold.id {
          flaws.add("hold \(held.hold.id) is not in the journal")
        }
      case .damaged(let what): flaws.add(what)
      }
    }
    rows += Int64(found.count)
    if found.isEmpty { phase = .refundedEntries(Array(replay.refunds.keys)) }
  }

  private func compareRefundedEntries(of store: inout some Store, _ entries: [Int64]) throws(StoreError) {
    for entry in entries.suffix(Self.rowsPerRead) {
      let row = try store.refundRows(after: entry - 1, limit: 1).first
      guard row?.key == entry, row?.row.row == replay.refunds[entry] else {
        flaws.add("what was refunded of the entry of record \(entry) is lost, or not what the journal says")
        continue
      }
    }
    rows += Int64(min(entries.count, Self.rowsPerRead))
    let isLast = entries.count <= Self.rowsPerRead
    phase = isLast ? .refunds(after: nil) : .refundedEntries(entries.dropLast(Self.rowsPerRead))
  }

  private func compareRefunds(of store: inout some Store, after last: Int64?) throws(StoreError) {
    let found = try store.refundRows(after: last, limit: Self.rowsPerRead)
    for row in found {
      phase = .refunds(after: row.key)
      if replay.refunds[row.key] == nil { flaws.add("the journal knows of no refund of record \(row.key)") }
    }
    rows += Int64(found.count)
    if found.isEmpty { phase = .openRecharges(Array(replay.openRecharges.keys)) }
  }

  private func compareOpenRecharges(of store: inout some Store, _ ids: [RechargeID]) throws(StoreError) {
    for id in ids.suffix(Self.rowsPerRead) {
      guard let open = replay.openRecharges[id] else { continue }
      guard let payload = try payload(in: open, of: &store), let recharge = payload.recharge else {
        flaws.add("recharge \(id) stands in record \(open), which cannot be read")
        continue
      }
      try compare(recharge, open, in: &store)
    }
    rows += Int64(min(ids.count, Self.rowsPerRead))
    guard ids.count <= Self.rowsPerRead else {
      phase = .openRecharges(ids.dropLast(Self.rowsPerRead))
      return
    }
    try compareOpenMattersFound(by: &store)
    phase = .recharges(after: nil)
  }

  /// Compares what the store reports as open, which is what the recharge worker resumes after a start.
  private func compareOpenMattersFound(by store: inout some Store) throws(StoreError) {
    var needs = Needs(at: store.position.time)
    ListOpenMatters().addNeeds(to: &needs)
    guard let found = try load(needs, of: &store) else { return }
    if found.openRecharges != Set(replay.openRecharges.keys) {
      flaws.add("the recharges that are found open are not those that the journal leaves open")
    }
    if found.openRefunds != replay.openRefunds {
      flaws.add("the refunds that are found open are not those that the journal leaves open")
    }
    if found.removedPaymentMethods != replay.removedPaymentMethods {
      flaws.add("the cards that are found removed are not those that the journal removes")
    }
  }

  private func compareRecharges(of store: inout some Store, after last: RechargeID?) throws(StoreError) {
    let found = try store.rechargeRows(after: last, limit: Self.rowsPerRead)
    for row in found {
      phase = .recharges(after: row.key)
      switch row.row {
      case .row(let recharge): try compare(recharge, in: &store)
      case .damaged(let what): flaws.add(what)
      }
    }
    rows += Int64(found.count)
    if found.isEmpty { phase = .knownRefunds(Array(replay.rechargeRefunds.keys)) }
  }

  /// Rows are compared with their last records elsewhere; this only checks that the recharge exists in the journal and that
  /// the processor's charge id leads to it.
  private func compare(_ row: RechargeRow, in store: inout some Store) throws(StoreError) {
    guard try payload(in: row.record, of: &store)?.recharge?.id == row.id else {
      return flaws.add("recharge \(row.id) is not in the journal")
    }
    guard let chargeID = row.processorChargeID else { return }
    var needs = Needs(at: store.position.time)
    FindRechargeOfCharge(chargeID).addNeeds(to: &needs)
    if try load(needs, of: &store)?.processorCharges[chargeID] != row.id {
      flaws.add("the processor's charge of recharge \(row.id) does not lead to it")
    }
  }

  /// Loads what the ledger itself would load. Damage that would fail an operation counts as a flaw here.
  func load(_ needs: Needs, of store: inout some Store) throws(StoreError) -> LedgerState? {
    do throws(StoreError) {
      return try store.load(needs)
    } catch {
      switch error {
      case .damaged(let what):
        flaws.add(what)
        return nil
      case .conflict, .diskFull, .failed: throw error
      }
    }
  }

  func payload(in record: Int64, of store: inout some Store) throws(StoreError) -> RecordPayload? {
    guard let record = try store.record(record)?.row else { return nil }
    return try? RecordPayload(canonicalBytes: record.payload)
  }
}
