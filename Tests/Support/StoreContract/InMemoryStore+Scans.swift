package import Ledger
package import LedgerEngine

extension InMemoryStore {
  package mutating func record(_ number: Int64) throws(StoreError) -> Scanned<JournalRecord>? {
    guard let found = try records(from: number, limit: 1).first, found.key == number else { return nil }
    return found.row
  }

  package mutating func records(from first: Int64, limit: Int) throws(StoreError) -> [TableRow<Int64, JournalRecord>] {
    memory.content.withLock { content in
      // Records are numbered from 1 without gaps, unless a test has made one.
      let guess = content.records.prefix(Int(first) - 1).lastIndex { $0.number < first } ?? -1
      return content.records[(guess + 1)...].prefix(limit).map { TableRow(key: $0.number, row: .row($0)) }
    }
  }

  package mutating func refusals(
    from first: Int64,
    limit: Int
  ) throws(StoreError) -> [TableRow<Int64, RememberedRefusal>] {
    memory.content.withLock { content in
      content.refusals.lazy.filter { $0.number >= first }.prefix(limit).map { TableRow(key: $0.number, row: .row($0)) }
    }
  }

  package mutating func facts(from first: Int64, limit: Int) throws(StoreError) -> [TableRow<Int64, LedgerFact>] {
    memory.content.withLock { content in
      content.facts.lazy.filter { $0.number >= first }.prefix(limit).map { TableRow(key: $0.number, row: .row($0)) }
    }
  }

  package mutating func answerPlace(of key: IdempotencyKey) throws(StoreError) -> AnswerPlace? {
    memory.content.withLock { $0.answerPlaces[key] }
  }

  package mutating func accounts(after created: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, Account>] {
    memory.content.withLock { content in
      let created = created ?? 0
      return content.records.lazy.filter { $0.kind == .walletCreated && $0.number > created }.prefix(limit).map {
        TableRow(key: $0.number, row: content.whole.accounts[$0.walletID].map { .row($0) } ?? .damaged("lost"))
      }
    }
  }

  package mutating func holdRow(_ id: HoldID) throws(StoreError) -> Scanned<HoldRow>? {
    memory.content.withLock { $0.holdRows[id.record].map { .row($0) } }
  }

  package mutating func holdRows(after placed: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, HoldRow>] {
    memory.content.withLock { Self.rows($0.holdRows, by: \.self, after: placed ?? 0, limit) }
  }

  package mutating func openHolds(
    of walletID: WalletID?,
    after place: HoldPlace?,
    limit: Int
  ) throws(StoreError) -> [TableRow<HoldPlace, HoldRow>] {
    memory.content.withLock { content in
      let open = content.holdRows.values.filter { row in
        row.hold.isOpen && walletID.map { $0 == row.hold.walletID } ?? true
      }
      let rows = open.map { row in
        TableRow(key: HoldPlace(expireTime: row.hold.expireTime, placed: row.hold.id.record), row: Scanned.row(row))
      }
      return rows.sorted { $0.key.isBefore($1.key) }.filter { row in place.map { $0.isBefore(row.key) } ?? true }
        .prefix(limit).map { $0 }
    }
  }

  package mutating func refundRows(after entry: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, RefundRow>] {
    memory.content.withLock { Self.rows($0.refundRows, by: \.self, after: entry ?? 0, limit) }
  }

  package mutating func rechargeRow(_ id: RechargeID) throws(StoreError) -> Scanned<RechargeRow>? {
    memory.content.withLock { $0.whole.recharges[id].map { .row(RechargeRow($0.recharge, record: $0.record)) } }
  }

  package mutating func rechargeRows(
    after id: RechargeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeID, RechargeRow>] {
    memory.content.withLock { content in
      let rows = content.whole.recharges.mapValues { RechargeRow($0.recharge, record: $0.record) }
      return Self.rows(rows, by: \.value, after: id?.value ?? "", limit)
    }
  }

  package mutating func rechargeIDs(
    of walletID: WalletID,
    before place: RechargePlace?,
    limit: Int
  ) throws(StoreError) -> [RechargePlace] {
    memory.content.withLock { content in
      let all = content.whole.recharges.values.map(\.recharge).filter { $0.walletID == walletID }
      let places = all.map { RechargePlace(createTime: $0.createTime, id: $0.id) }.sorted { $0.isBefore($1) }
      return places.reversed().filter { here in place.map { here.isBefore($0) } ?? true }.prefix(limit).map { $0 }
    }
  }

  package mutating func rechargeIDs(
    in states: Set<RechargeState>,
    before place: RechargePlace?,
    limit: Int
  ) throws(StoreError) -> [RechargePlace] {
    memory.content.withLock { content in
      let all = content.whole.recharges.values.map(\.recharge).filter { states.contains($0.state) }
      let places = all.map { RechargePlace(createTime: $0.createTime, id: $0.id) }.sorted { $0.isBefore($1) }
      return places.reversed().filter { here in place.map { here.isBefore($0) } ?? true }.prefix(limit).map { $0 }
    }
  }

  package mutating func rechargeRefundRow(_ id: RechargeRefundID) throws(StoreError) -> Scanned<RechargeRefundRow>? {
    memory.content.withLock { $0.whole.refunds[id].map { .row(RechargeRefundRow($0.refund, record: $0.record)) } }
  }

  package mutating func rechargeRefundRows(
    after id: RechargeRefundID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeRefundID, RechargeRefundRow>] {
    memory.content.withLock { content in
      let rows = content.whole.refunds.mapValues { RechargeRefundRow($0.refund, record: $0.record) }
      return Self.rows(rows, by: \.value, after: id?.value ?? "", limit)
    }
  }

  package mutating func disputeRow(_ id: DisputeID) throws(StoreError) -> Scanned<DisputeRow>? {
    memory.content.withLock { $0.whole.disputes[id].map { .row(DisputeRow($0.dispute, record: $0.record)) } }
  }

  package mutating func disputeRows(
    after id: DisputeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<DisputeID, DisputeRow>] {
    memory.content.withLock { content in
      let rows = content.whole.disputes.mapValues { DisputeRow($0.dispute, record: $0.record) }
      return Self.rows(rows, by: \.value, after: id?.value ?? "", limit)
    }
  }

  package mutating func paymentMethodRow(_ id: PaymentMethodID) throws(StoreError) -> Scanned<PaymentMethod>? {
    memory.content.withLock { $0.whole.paymentMethods[id].map { .row($0) } }
  }

  package mutating func paymentMethodRows(
    after id: PaymentMethodID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<PaymentMethodID, PaymentMethod>] {
    memory.content.withLock { Self.rows($0.whole.paymentMethods, by: \.value, after: id?.value ?? "", limit) }
  }

  package mutating func bookkeepingDamage() throws(StoreError) -> [String] { [] }

  private static func rows<Key, Order: Comparable, Row>(
    _ rows: [Key: Row],
    by order: (Key) -> Order,
    after last: Order,
    _ limit: Int
  ) -> [TableRow<Key, Row>] {
    rows.filter { order($0.key) > last }.sorted { order($0.key) < order($1.key) }.prefix(limit).map {
      TableRow(key: $0.key, row: .row($0.value))
    }
  }
}

extension HoldPlace {
  fileprivate func isBefore(_ other: HoldPlace) -> Bool {
    (expireTime, placed) < (other.expireTime, other.placed)
  }
}

extension RechargePlace {
  fileprivate func isBefore(_ other: RechargePlace) -> Bool {
    (createTime, id.value) < (other.createTime, other.id.value)
  }
}

extension InMemoryStore.Memory.Content {
  /// Updates the rows that scans read besides the state.
  mutating func keepRows(of state: LedgerState) {
    for record in state.changes.records {
      if let key = record.origin.idempotencyKey { answerPlaces[key] = .record(record.number) }
    }
    for refusal in state.changes.refusals { answerPlaces[refusal.key] = .refusal(refusal.number) }
    for (id, record) in state.changes.holds {
      holdRows[id.record] = state.holds[id].map { HoldRow(hold: $0, record: record) }
    }
    for (id, record) in state.changes.refundedEntries {
      refundRows[id.record] = state.entries[id].map { RefundRow(record: record, refunded: $0.refunded) }
    }
  }
}
