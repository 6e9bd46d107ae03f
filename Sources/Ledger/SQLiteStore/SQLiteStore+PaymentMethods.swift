import Ledger
import LedgerEngine

extension SQLiteStore {
  func savedPaymentMethods(ofWalletRow row: Int64) throws(StoreError) -> [PaymentMethodID] {
    let select = statements.paymentMethods.selectSaved
    select.bind(.id, row)
    return try paymentMethods(select)
  }

  func savedPaymentMethods(withToken token: PaymentMethodToken) throws(StoreError) -> [PaymentMethodID] {
    let select = statements.paymentMethods.selectByToken
    select.bind(.token, token.secret)
    return try paymentMethods(select)
  }

  func paymentMethods<Parameter>(
    _ select: Statement<Parameter, PaymentMethodStatements.IDColumn>
  ) throws(StoreError) -> [PaymentMethodID] {
    defer { select.reset() }
    var ids: [PaymentMethodID] = []
    while let row = try select.step() { ids.append(PaymentMethodID(row.text(.paymentMethodID))) }
    return ids
  }

  func paymentMethod(_ id: PaymentMethodID) throws(StoreError) -> PaymentMethod? {
    try reading("card \(id)") { () throws(StoreError) in try paymentMethodOnDisk(id) }
  }

  private func paymentMethodOnDisk(_ id: PaymentMethodID) throws(StoreError) -> PaymentMethod? {
    let select = statements.paymentMethods.select
    select.bind(.id, id.value)
    defer { select.reset() }
    guard let row = try select.step() else { return nil }
    guard let state = PaymentMethodState(rawValue: row.text(.state)) else { throw .damaged("its row was changed") }
    let paymentMethod = PaymentMethod(
      id: id,
      walletID: WalletID(row.text(.walletID)),
      token: PaymentMethodToken(row.text(.token)),
      card: Card(
        brand: row.text(.brand),
        last4: row.text(.last4),
        expiryMonth: Int32(truncatingIfNeeded: row.int64(.expiryMonth)),
        expiryYear: Int32(truncatingIfNeeded: row.int64(.expiryYear))
      ),
      billing: BillingDetails(
        name: row.text(.billingName),
        email: row.text(.billingEmail),
        country: row.text(.billingCountry),
        postalCode: row.text(.billingPostalCode),
        street: row.text(.billingStreet),
        city: row.text(.billingCity),
        company: row.text(.billingCompany),
        taxID: row.text(.billingTaxID)
      ),
      createTime: LedgerTime(microseconds: row.int64(.createTime)),
      state: state
    )
    guard row.isNull(.sum) || row.int64(.sum) == Self.sum(of: paymentMethod) else {
      throw .damaged("its row was changed")
    }
    return paymentMethod
  }

  func checkDefaultCard(of account: Account, in state: LedgerState) throws(StoreError) {
    guard let id = account.defaultPaymentMethod else { return }
    guard let card = state.paymentMethods[id], card.walletID == account.wallet.id, card.state == .saved else {
      throw .damaged("the default card \(id) of wallet \(account.wallet.id) is lost, or is not the wallet's")
    }
  }
}
