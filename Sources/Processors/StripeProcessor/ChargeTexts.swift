/// What cardholders read about charges: in Stripe's receipts, and on their statements.
package struct ChargeTexts: Sendable {
  /// The reason why a text cannot be used, for people.
  package struct InvalidText: Error, CustomStringConvertible {
    package let description: String
  }

  /// The maximum length of a description, in bytes.
  private static let longestDescription = 500
  /// The maximum length of a suffix. Together with the account's prefix it must not have more than 22 characters
  /// (https://docs.stripe.com/get-started/account/statement-descriptors).
  private static let longestSuffix = 20

  let sendsReceipts: Bool
  let description: String?
  let statementSuffix: String?

  /// - Parameters:
  /// - sendsReceipts: Whether Stripe sends a receipt to the card's billing address by e-mail.
  /// - description: What the receipt and Stripe's dashboard say about a charge.
  /// - statementSuffix: What follows the account's prefix on a statement.
  package init(
    sendsReceipts: Bool = false,
    description: String? = nil,
    statementSuffix: String? = nil
  ) throws(InvalidText) {
    if let description {
      let isPrintable = description.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
      guard isPrintable, (1...Self.longestDescription).contains(description.utf8.count) else {
        throw InvalidText(description: "the description has control characters, or is empty or too long")
      }
    }
    if let statementSuffix {
      let isAllowed =
        statementSuffix.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        && !statementSuffix.contains { "<>\\'\"*".contains($0) } && statementSuffix.contains(where: \.isLetter)
      guard isAllowed, (1...Self.longestSuffix).contains(statementSuffix.utf8.count) else {
        throw InvalidText(
          description:
            "the statement's suffix has no letter, more than \(Self.longestSuffix) characters, or one of < > \\ ' \" *"
        )
      }
    }
    self.sendsReceipts = sendsReceipts
    self.description = description
    self.statementSuffix = statementSuffix
  }

  private init() { (sendsReceipts, description, statementSuffix) = (false, nil, nil) }

  /// No receipts, and the account's own words.
  package static let none = ChargeTexts()
}
