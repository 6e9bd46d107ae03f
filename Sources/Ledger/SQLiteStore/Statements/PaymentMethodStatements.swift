import LedgerEngine

/// Cards.
struct PaymentMethodStatements {
  enum Column: Int32, SQLName {
    case walletID, token, brand, last4, expiryMonth, expiryYear, billingName, billingEmail, billingCountry
    case billingPostalCode, createTime, state, sum, billingStreet, billingCity, billingCompany, billingTaxID
  }

  enum IDColumn: Int32, SQLName { case paymentMethodID }

  /// The table's columns, in table order.
  enum TableColumn: Int32, SQLName {
    case paymentMethodID, wallet, token, brand, last4, expiryMonth, expiryYear, billingName, billingEmail
    case billingCountry, billingPostalCode, createTime, state, sum, billingStreet, billingCity, billingCompany
    case billingTaxID
  }

  enum ByToken: Int32, SQLName { case token }

  let select: Statement<ByID, Column>
  let selectPage: Statement<ByPage, IDColumn>
  /// By the wallet's row.
  let selectSaved: Statement<ByID, IDColumn>
  let selectRemoved: Statement<NoName, IDColumn>
  let selectByToken: Statement<ByToken, IDColumn>
  let upsert: Statement<TableColumn, NoName>

  init(_ connection: Connection) throws(StoreError) {
    select = try Statement(
      connection,
      """
      SELECT wallet_id, token, brand, last4, expiry_month, expiry_year, billing_name, billing_email, billing_country,
        billing_postal_code, payment_method.create_time, state, sum, billing_street, billing_city, billing_company,
        billing_tax_id
      FROM payment_method JOIN wallet USING (wallet) WHERE payment_method_id = :id
      """
    )
    let ids = "SELECT payment_method_id FROM payment_method"
    selectPage = try Statement(
      connection,
      "\(ids) WHERE payment_method_id > :after ORDER BY payment_method_id LIMIT :limit"
    )
    selectSaved = try Statement(connection, "\(ids) WHERE wallet = :id AND state = 'SAVED'")
    selectRemoved = try Statement(connection, "\(ids) WHERE state = 'REMOVED'")
    selectByToken = try Statement(connection, "\(ids) WHERE token = :token AND state = 'SAVED'")
    upsert = try Statement(
      connection,
      """
      \(TableColumn.insertion(into: "payment_method")) ON CONFLICT (payment_method_id) DO UPDATE
      SET brand = :brand, last4 = :last4, expiry_month = :expiry_month, expiry_year = :expiry_year,
        billing_name = :billing_name, billing_email = :billing_email, billing_country = :billing_country,
        billing_postal_code = :billing_postal_code, billing_street = :billing_street, billing_city = :billing_city,
        billing_company = :billing_company, billing_tax_id = :billing_tax_id, state = :state, sum = :sum
      """
    )
  }
}
