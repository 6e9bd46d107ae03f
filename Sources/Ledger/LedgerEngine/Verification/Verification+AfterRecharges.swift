import Ledger

// Compares refunds, disputes and cards with their tables: each has to be as its last record in the journal says, and the
// tables must hold nothing else.
extension Verification {
  func compareKnownRefunds(of store: inout some Store, _ ids: [RechargeRefundID]) throws(StoreError) {
    for id in ids.suffix(Self.rowsPerRead) {
      guard let record = replay.rechargeRefunds[id]?.record else { continue }
      let refund = try payload(in: record, of: &store)?.rechargeRefund
      let row = try store.rechargeRefundRow(id)?.row
      if refund == nil || row != refund.map({ RechargeRefundRow($0, record: record) }) {
        flaws.add("refund \(id) is lost, or not what record \(record) made of it")
      }
    }
    let rest = advance(ids)
    phase = rest.isEmpty ? .rechargeRefunds(after: nil) : .knownRefunds(rest)
  }

  func compareRechargeRefunds(of store: inout some Store, after last: RechargeRefundID?) throws(StoreError) {
    let found = try store.rechargeRefundRows(after: last, limit: Self.rowsPerRead)
    var histories: [RechargeID: LedgerState] = [:]
    for row in found {
      phase = .rechargeRefunds(after: row.key)
      if replay.rechargeRefunds[row.key] == nil { flaws.add("refund \(row.key) is not in the journal") }
      if let rechargeID = row.row.row?.rechargeID,
        try history(of: rechargeID, in: &store, &histories)?.refunds[row.key] == nil
      {
        flaws.add("refund \(row.key) is not found by its recharge")
      }
    }
    rows += Int64(found.count)
    if found.isEmpty { phase = .knownDisputes(Array(replay.disputes.keys)) }
  }

  /// Loads a recharge's history, unless it is among `known`: what remains of a recharge is computed from the refunds and
  /// disputes found by its id, of which there may be many.
  private func history(
    of rechargeID: RechargeID,
    in store: inout some Store,
    _ known: inout [RechargeID: LedgerState]
  ) throws(StoreError) -> LedgerState? {
    if let history = known[rechargeID] { return history }
    var needs = Needs(at: store.position.time)
    GetRechargeHistory(rechargeID).addNeeds(to: &needs)
    let history = try load(needs, of: &store)
    known[rechargeID] = history
    return history
  }

  func compareKnownDisputes(of store: inout some Store, _ ids: [DisputeID]) throws(StoreError) {
    for id in ids.suffix(Self.rowsPerRead) {
      guard let record = replay.disputes[id]?.record else { continue }
      let dispute = try payload(in: record, of: &store)?.dispute
      let row = try store.disputeRow(id)?.row
      if dispute == nil || row != dispute.map({ DisputeRow($0, record: record) }) {
        flaws.add("dispute \(id) is lost, or not what record \(record) made of it")
      }
    }
    let rest = advance(ids)
    phase = rest.isEmpty ? .disputes(after: nil) : .knownDisputes(rest)
  }

  func compareDisputes(of store: inout some Store, after last: DisputeID?) throws(StoreError) {
    let found = try store.disputeRows(after: last, limit: Self.rowsPerRead)
    var histories: [RechargeID: LedgerState] = [:]
    for row in found {
      phase = .disputes(after: row.key)
      if replay.disputes[row.key] == nil { flaws.add("dispute \(row.key) is not in the journal") }
      if let rechargeID = row.row.row?.rechargeID,
        try history(of: rechargeID, in: &store, &histories)?.disputes[row.key] == nil
      {
        flaws.add("dispute \(row.key) is not found by its recharge")
      }
    }
    rows += Int64(found.count)
    if found.isEmpty { phase = .knownPaymentMethods(Array(replay.paymentMethods.keys)) }
  }

  func compareKnownPaymentMethods(of store: inout some Store, _ ids: [PaymentMethodID]) throws(StoreError) {
    for id in ids.suffix(Self.rowsPerRead) {
      guard let number = replay.paymentMethods[id] else { continue }
      let record = try store.record(number)?.row
      let payload = try payload(in: number, of: &store)
      let card = record.flatMap { record in
        payload.flatMap { replay.changedPaymentMethods(record, $0).last { $0.id == id } }
      }
      let row = try store.paymentMethodRow(id)?.row
      var isAsItWas = row == card
      if !isAsItWas, row == card?.replacedBeforeThereWereSeveral, record?.isOlderThanCards == true {
        isAsItWas = try !isDefault(id, of: row?.walletID, in: &store)
      }
      if card == nil || !isAsItWas {
        flaws.add("card \(id) is lost, or not what record \(number) made of it")
      }
    }
    let rest = advance(ids)
    phase = rest.isEmpty ? .paymentMethods(after: nil) : .knownPaymentMethods(rest)
  }

  private func isDefault(
    _ id: PaymentMethodID,
    of walletID: WalletID?,
    in store: inout some Store
  ) throws(StoreError) -> Bool {
    guard let walletID else { return false }
    var needs = Needs(at: store.position.time)
    GetWallet(walletID).addNeeds(to: &needs)
    return try load(needs, of: &store)?.accounts[walletID]?.defaultPaymentMethod == id
  }

  func comparePaymentMethods(of store: inout some Store, after last: PaymentMethodID?) throws(StoreError) {
    let found = try store.paymentMethodRows(after: last, limit: Self.rowsPerRead)
    for row in found {
      phase = .paymentMethods(after: row.key)
      if replay.paymentMethods[row.key] == nil { flaws.add("card \(row.key) is not in the journal") }
    }
    rows += Int64(found.count)
    if found.isEmpty { phase = .done }
  }

  /// Counts the compared ids, and returns the remaining ones.
  private func advance<ID>(_ ids: [ID]) -> [ID] {
    rows += Int64(min(ids.count, Self.rowsPerRead))
    return Array(ids.dropLast(Self.rowsPerRead))
  }
}

extension PaymentMethod {
  /// The card as version 3 of the schema stores it if another card had replaced it before.
  fileprivate var replacedBeforeThereWereSeveral: PaymentMethod {
    var card = self
    card.state = .detached
    return card
  }
}

extension JournalRecord {
  fileprivate var isOlderThanCards: Bool {
    RecordPayload.layout(ofCanonicalBytes: payload).map { $0 < .cards } ?? false
  }
}
