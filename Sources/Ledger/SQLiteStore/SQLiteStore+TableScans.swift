package import Ledger
package import LedgerEngine

// Tables other than the journal, which could be rebuilt from it.
extension SQLiteStore {
  package mutating func holdRow(_ id: HoldID) throws(StoreError) -> Scanned<HoldRow>? {
    let row = try holdRows(after: id.record - 1, limit: 1).first
    guard let row else { return nil }
    if case .damaged = row.row { return row.row }
    return row.key == id.record ? row.row : nil
  }

  package mutating func holdRows(after placed: Int64?, limit: Int) throws(StoreError) -> [TableRow<Int64, HoldRow>] {
    try page(
      of: "hold",
      "holds",
      statements.holds.selectPage,
      by: .hold,
      from: (placed ?? 0) + 1,
      through: position.record,
      limit: limit
    ) { row throws(StoreError) in try Self.scannedHold(in: row) }
  }

  package mutating func openHolds(
    of walletID: WalletID?,
    after place: HoldPlace?,
    limit: Int
  ) throws(StoreError) -> [TableRow<HoldPlace, HoldRow>] {
    let (expireTime, placed) = (place?.expireTime.microseconds ?? .min, place?.placed ?? 0)
    guard let walletID else {
      let select = statements.holds.selectOpenPage
      select.bind(.expireTime, expireTime)
      select.bind(.hold, placed)
      select.bind(.limit, Int64(limit))
      return try openHolds(select)
    }
    guard let walletRow = try stored(walletID)?.row else { return [] }
    let select = statements.holds.selectOpenPageOfWallet
    select.bind(.wallet, walletRow)
    select.bind(.expireTime, expireTime)
    select.bind(.hold, placed)
    select.bind(.limit, Int64(limit))
    return try openHolds(select)
  }

  private func openHolds<Parameter>(
    _ select: Statement<Parameter, HoldStatements.Column>
  ) throws(StoreError) -> [TableRow<HoldPlace, HoldRow>] {
    defer { select.reset() }
    return try reading("the open holds") { () throws(StoreError) in
      var rows: [TableRow<HoldPlace, HoldRow>] = []
      while let row = try select.step() {
        let expireTime = LedgerTime(microseconds: row.int64(.expireTime))
        let place = HoldPlace(expireTime: expireTime, placed: row.int64(.hold))
        rows.append(TableRow(key: place, row: try Self.scannedHold(in: row)))
      }
      return rows
    }
  }

  private static func scannedHold(in row: Row<HoldStatements.Column>) throws(StoreError) -> Scanned<HoldRow> {
    let key = row.int64(.hold)
    do throws(StoreError) {
      let hold = try hold(in: row)
      guard hold.id.record == key else { return .damaged("hold \(key) has another's id") }
      return .row(HoldRow(hold: hold, record: row.int64(.record)))
    } catch {
      return .damaged(try damage(error))
    }
  }

  package mutating func refundRows(
    after entry: Int64?,
    limit: Int
  ) throws(StoreError) -> [TableRow<Int64, RefundRow>] {
    try page(
      of: "refunded_entry",
      "refunded entries",
      statements.refunds.selectPage,
      by: .entry,
      from: (entry ?? 0) + 1,
      through: position.record,
      limit: limit
    ) { .row(RefundRow(record: $0.int64(.record), refunded: $0.int64(.refunded))) }
  }

  package mutating func rechargeRow(_ id: RechargeID) throws(StoreError) -> Scanned<RechargeRow>? {
    let select = statements.recharges.select
    select.bind(.id, id.value)
    defer { select.reset() }
    return try scannedRow("recharge \(id)") { () throws(StoreError) in
      try select.step().map { Self.recharge(in: $0).row }
    }
  }

  package mutating func rechargeRows(
    after id: RechargeID?,
    limit: Int
  ) throws(StoreError) -> [TableRow<RechargeID, RechargeRow>] {
    let select = statements.recharges.selectPage
    return try rows(of: "recharge", select, by: .rechargeID, after: id?.value, limit, Self.recharge)
  }

  /// Returns rows whose keys are texts, in the column `key`. Keys are never empty.
  func rows<Column, Key, Content>(
    of table: String,
    _ select: Statement<ByPage, Column>,
    by key: Column,
    after last: String?,
    _ limit: Int,
    _ read: (Row<Column>) -> TableRow<Key, Content>
  ) throws(StoreError) -> [TableRow<Key, Content>] {
    select.bind(.after, last ?? "")
    select.bind(.limit, Int64(limit))
    defer { select.reset() }
    var rows: [TableRow<Key, Content>] = []
    var keys = RisingKeys(of: table, after: last ?? "")
    // The keys after a damaged page are unknown, so the list cannot continue there.
    return try reading("the rest of \(table)") { () throws(StoreError) in
      while let row = try select.step() {
        try keys.take(row.text(key))
        rows.append(read(row))
      }
      return rows
    }
  }

  package mutating func rechargeIDs(
    of walletID: WalletID,
    before place: RechargePlace?,
    limit: Int
  ) throws(StoreError) -> [RechargePlace] {
    guard let walletRow = try stored(walletID)?.row else { return [] }
    let select = statements.recharges.selectPlaces
    select.bind(.wallet, walletRow)
    select.bind(.createTime, place?.createTime.microseconds ?? .max)
    select.bind(.rechargeID, place?.id.value ?? "")
    select.bind(.limit, Int64(limit))
    defer { select.reset() }
    var places: [RechargePlace] = []
    while let row = try select.step() { places.append(Self.place(in: row)) }
    return places
  }

  package mutating func rechargeIDs(
    in states: Set<RechargeState>,
    before place: RechargePlace?,
    limit: Int
  ) throws(StoreError) -> [RechargePlace] {
    var places: [RechargePlace] = []
    for state in states {
      let select = statements.recharges.selectPlacesInState
      select.bind(.state, state.rawValue)
      select.bind(.createTime, place?.createTime.microseconds ?? .max)
      select.bind(.rechargeID, place?.id.value ?? "")
      select.bind(.limit, Int64(limit))
      defer { select.reset() }
      while let row = try select.step() { places.append(Self.place(in: row)) }
    }
    // Ids are ASCII, so that this is SQLite's order.
    places.sort { ($0.createTime, $0.id.value) > ($1.createTime, $1.id.value) }
    return Array(places.prefix(limit))
  }

  private static func place(in row: Row<RechargeStatements.PlaceColumn>) -> RechargePlace {
    RechargePlace(
      createTime: LedgerTime(microseconds: row.int64(.createTime)),
      id: RechargeID(row.text(.rechargeID))
    )
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
    try reading("the rest of payment_method") { () throws(StoreError) in
      let select = statements.paymentMethods.selectPage
      select.bind(.after, id?.value ?? "")
      select.bind(.limit, Int64(limit))
      defer { select.reset() }
      var keys = RisingKeys(of: "payment_method", after: id?.value ?? "")
      while let row = try select.step() {
        let id = row.text(.paymentMethodID)
        try keys.take(id)
        ids.append(PaymentMethodID(id))
      }
    }
    var rows: [TableRow<PaymentMethodID, PaymentMethod>] = []
    for id in ids {
      rows.append(TableRow(key: id, row: try paymentMethodRow(id) ?? .damaged("card \(id) has no wallet")))
    }
    return rows
  }

  static func recharge(in row: Row<RechargeStatements.Column>) -> TableRow<RechargeID, RechargeRow> {
    let id = RechargeID(row.text(.rechargeID))
    guard let state = RechargeState(rawValue: row.text(.state)),
      let purpose = RechargePurpose(rawValue: row.text(.purpose))
    else { return TableRow(key: id, row: .damaged("recharge \(id) is damaged")) }
    return TableRow(
      key: id,
      row: .row(
        RechargeRow(
          id: id,
          walletID: WalletID(row.text(.walletID)),
          record: row.int64(.record),
          state: state,
          amount: row.int64(.amount),
          purpose: purpose,
          processorChargeID: row.optionalText(.processorChargeID),
          explanation: row.optionalText(.explanation),
          createTime: LedgerTime(microseconds: row.int64(.createTime)),
          updateTime: LedgerTime(microseconds: row.int64(.updateTime))
        )
      )
    )
  }
}
