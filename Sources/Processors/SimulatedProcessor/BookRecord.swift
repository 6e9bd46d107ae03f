import Ledger

/// One change of the simulated processor's books: an object as it is from then on.
enum BookRecord: Hashable {
  case attachment(Attachment)
  case charge(KeptCharge)
  case refund(KeptRefund)
  case dispute(DisputeResult)
}

/// A card that was attached for a wallet, or refused.
struct Attachment: Hashable {
  enum State: String {
    case attached
    case detached
    case declined
  }

  var key: String
  /// What the key was first used for, so that another use is noticed.
  var request: String
  /// What is charged; empty if the card was refused.
  var token: String
  /// The test card behind the token, by its name.
  var card: String
  var state: State
  var declineCode: String
}

struct KeptCharge: Hashable {
  var key: String
  /// What the key was first used for, so that another use is noticed.
  var request: String
  /// The test card that was charged, by its name.
  var card: String
  var charge: ChargeResult
}

struct KeptRefund: Hashable {
  /// What the key was first used for, so that another use is noticed.
  var request: String
  var refund: RefundResult
}
