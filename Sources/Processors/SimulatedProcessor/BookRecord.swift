import Ledger

/// A change of the simulated processor's books: the new state of an object.
enum BookRecord: Hashable {
  case attachment(Attachment)
  case charge(KeptCharge)
  case refund(KeptRefund)
  case dispute(DisputeResult)
}

/// A card that was attached for a wallet, or declined.
struct Attachment: Hashable {
  enum State: String {
    case attached
    case detached
    case declined
  }

  var key: String
  /// The fields of the key's first request, to detect reuse of the key for another request.
  var request: String
  /// The token to charge; empty if the card was declined.
  var token: String
  /// The name of the test card behind the token.
  var card: String
  var state: State
  var declineCode: String
}

struct KeptCharge: Hashable {
  var key: String
  /// The fields of the key's first request, to detect reuse of the key for another request.
  var request: String
  /// The name of the test card that was charged.
  var card: String
  var charge: ChargeResult
}

struct KeptRefund: Hashable {
  /// The fields of the key's first request, to detect reuse of the key for another request.
  var request: String
  var refund: RefundResult
}
