import Ledger

/// A listing of the simulated processor's test cards.
package enum TestCardListing {
  /// One line for each card, sorted by name, with fields separated by tabs: NAME, BRAND, LAST4, OUTCOME.
  package static var lines: [String] {
    TestCard.listed.map { [$0.name, $0.card.brand, $0.card.last4, $0.outcome].joined(separator: "\t") }
  }
}

extension TestCard {
  fileprivate var outcome: String {
    if let fault { return "\(fault.rawValue) at the first attempt, then paid" }
    var words: [String] =
      switch status {
      case .declined(let code): ["declined, \(code)" + (refusal == nil ? ", but saved" : "")]
      case .authenticationRequired: ["paid once its cardholder has agreed"]
      case .processing: ["paid once it is looked up"]
      case .paid: ["paid"]
      case .cancelled: ["cancelled"]
      }
    words += disputes.map { "dispute \($0.field)" }
    switch refunds {
    case .atOnce: break
    case .later: words.append("refunds take time")
    case .never: words.append("refunds fail")
    }
    return words.joined(separator: ", ")
  }
}
