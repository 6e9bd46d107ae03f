/// Rejects texts that hold card numbers or a processor's secrets, because the ledger keeps texts and people read them.
package enum TextScreen {
  package static func check(_ text: String, field: String) throws(Refusal) {
    if CardNumberScreen.containsCardNumber(text) { throw .cardNumberRefused(field: field) }
    if ProcessorSecretScreen.containsKeyOrToken(text) {
      throw .fieldInvalid(field: field, description: "must not hold a processor's key or token")
    }
  }

  package static func check(_ token: PaymentMethodToken, field: String) throws(Refusal) {
    if CardNumberScreen.containsCardNumber(token.secret) { throw .cardNumberRefused(field: field) }
    if ProcessorSecretScreen.containsKey(token.secret) {
      throw .fieldInvalid(field: field, description: "is a processor's key, not a card's token: revoke it")
    }
  }
}

extension Refusal {
  package static func cardNumberRefused(field: String) -> Refusal {
    Refusal(
      .cardNumberRefused,
      field: field,
      sentence: "\(field) holds a card number: send the processor's token for the card, never the number"
    )
  }
}
