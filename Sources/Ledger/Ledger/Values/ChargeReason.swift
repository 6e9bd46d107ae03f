/// What a charge is for. The journal keeps the raw values.
package enum ChargeReason: String, Hashable, Sendable, CaseIterable {
  case numberPurchase = "NUMBER_PURCHASE"
  case call = "CALL"
  case text = "TEXT"
  case other = "OTHER"
}
