package import Ledger
package import LedgerEngine

// What scans read beside the journal: tables that could be made anew from it.
extension SQLiteStore {
  package mutating func holdRow(_ id: HoldID) throws(StoreError) -> Scanned<HoldRow>? {
    let row = try holdRows(after: id.record - 1, limit: 1).first
    return row?.key == id.record ? row?.row : nil
  }

  package mutating func holdRows(after placed: Int64, limit: Int) throws(StoreError) -> [TableRow<Int64, HoldRow>] {
    let select = statements.scans.selectHolds
    select.bind(1, placed)
    select.bind(2, Int64(limit))
    defer { select.reset() }
    var rows: [TableRow<Int64, HoldRow>] = []
    var holds = RisingKeys(of: "hold", after: placed)
    while try select.step() {
      let key = select.int64(14)
      try holds.take(key)
      do throws(StoreError) {
        let hold = try Self.readHold(select)
        let row = HoldRow(hold: hold, record: select.int64(15))
        rows.append(
          TableRow(key: key, row: hold.id.record == key ? .row(row) : .damaged("hold \(key) has another's id"))
        )
      } catch {
        rows.append(TableRow(key: key, row: .damaged(try Self.damage(error))))
      }
    }
    return rows
  }

  package mutating func refundRows(
    after entry: Int64,
    limit: Int
  ) throws(StoreError) -> [TableRow<Int64, RefundRow>] {
    let select = statements.scans.selectRefunds
    select.bind(1, entry)
    select.bind(2, Int64(limit))
    defer { select.reset() }
    var rows: [TableRow<Int64, RefundRow>] = []
    var entries = RisingKeys(of: "refunded_entry", after: entry)
    while try select.step() {
      try entries.take(select.int64(0))
      let row = RefundRow(record: select.int64(1), refunded: select.int64(2))
      rows.append(TableRow(key: select.int64(0), row: .row(row)))
    }
    return rows
  }

  package mutating func rechargeRow(_ id: RechargeID) throws(StoreError) -> Scanned<RechargeRow>? {
    let select = statements.scans.selectRechargeRow
    select.bind(1, id.value)
    defer { select.reset() }
    return try select.step() ? Self.recharge(in: select).row : nil
  }

  package mutating func rechargeRows(
    after id: RechargeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeID, RechargeRow>] {
    try rows(of: "recharge", statements.scans.selectRecharges, after: id?.value, limit, Self.recharge)
  }

  /// Rows whose keys are texts, which stand first in each. Every key has at least one byte.
  func rows<Key, Row>(
    of table: String,
    _ select: Statement,
    after key: String?,
    _ limit: Int,
    _ read: (Statement) -> TableRow<Key, Row>
  ) throws(StoreError) -> [TableRow<Key, Row>] {
    select.bind(1, key ?? "")
    select.bind(2, Int64(limit))
    defer { select.reset() }
    var rows: [TableRow<Key, Row>] = []
    var keys = RisingKeys(of: table, after: key ?? "")
    while try select.step() {
      try keys.take(select.text(0))
      rows.append(read(select))
    }
    return rows
  }

  package mutating func rechargeIDs(
    of walletID: WalletID,
    before place: RechargePlace?,
    limit: Int
  ) throws(StoreError) -> [RechargePlace] {
    guard let row = try stored(walletID)?.row else { return [] }
    let select = statements.scans.selectRechargesOfWallet
    select.bind(1, row)
    select.bind(2, place?.createTime.microseconds ?? .max)
    select.bind(3, place?.id.value ?? "")
    select.bind(4, Int64(limit))
    defer { select.reset() }
    var places: [RechargePlace] = []
    while try select.step() {
      places.append(
        RechargePlace(createTime: LedgerTime(microseconds: select.int64(1)), id: RechargeID(select.text(0)))
      )
    }
    return places
  }

  package mutating func paymentMethodRow(_ id: PaymentMethodID) throws(StoreError) -> Scanned<PaymentMethod>? {
    do throws(StoreError) {
      return try paymentMethod(id).map { .row($0) }
    } catch {
      return .damaged(try Self.damage(error))
    }
  }

  package mutating func paymentMethodRows(
    after id: PaymentMethodID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<PaymentMethodID, PaymentMethod>] {
    var ids: [PaymentMethodID] = []
    do {
      let select = statements.scans.selectPaymentMethods
      select.bind(1, id?.value ?? "")
      select.bind(2, Int64(limit))
      defer { select.reset() }
      var keys = RisingKeys(of: "payment_method", after: id?.value ?? "")
      while try select.step() {
        try keys.take(select.text(0))
        ids.append(PaymentMethodID(select.text(0)))
      }
    }
    var rows: [TableRow<PaymentMethodID, PaymentMethod>] = []
    for id in ids {
      rows.append(TableRow(key: id, row: try paymentMethodRow(id) ?? .damaged("card \(id) has no wallet")))
    }
    return rows
  }

  private static func recharge(in select: Statement) -> TableRow<RechargeID, RechargeRow> {
    let id = RechargeID(select.text(0))
    guard let state = RechargeState(rawValue: select.text(3)), let purpose = RechargePurpose(rawValue: select.text(5))
    else { return TableRow(key: id, row: .damaged("recharge \(id) is damaged")) }
    return TableRow(
      key: id,
      row: .row(
        RechargeRow(
          id: id,
          walletID: WalletID(select.text(1)),
          record: select.int64(2),
          state: state,
          amount: select.int64(4),
          purpose: purpose,
          processorChargeID: select.optionalText(6),
          explanation: select.optionalText(7),
          createTime: LedgerTime(microseconds: select.int64(8)),
          updateTime: LedgerTime(microseconds: select.int64(9))
        )
      )
    )
  }
}
