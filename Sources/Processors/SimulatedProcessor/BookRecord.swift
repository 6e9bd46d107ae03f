import Ledger
import PaymentProcessing

/// A change of the simulated processor's books: the new state of an object.
enum BookRecord: Hashable {
  /// The account that the books belong to: their first record, or, in books of an earlier version, a later one.
  case account(String)
  case setup(KeptSetup)
  case attachment(Attachment)
  /// The card behind a token is another test card from now on.
  case cardUpdate(token: String, card: String)
  /// A wallet's customer was deleted, with its cards.
  case customerRemoval(walletID: String)
  case charge(KeptCharge)
  case refund(KeptRefund)
  case foreignRefund(ForeignRefund)
  case dispute(DisputeResult)
  case unclassified(UnclassifiedEvent)
  /// A failure is stored for the key of a charge or a refund, and answers every request with it.
  case storedFailure(key: String)

  /// Whether the record is reported as an event.
  var isEvent: Bool {
    switch self {
    case .account, .storedFailure: false
    case .setup, .attachment, .cardUpdate, .customerRemoval, .charge, .refund, .foreignRefund, .dispute, .unclassified:
      true
    }
  }
}

struct KeptSetup: Hashable {
  var key: String
  var walletID: String
  var setup: CardSetup
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

  /// The wallet that the card pays for: all of `request` but the token and the four numbers of a digest.
  var walletID: String {
    request.split(separator: " ", omittingEmptySubsequences: false).dropLast(5).joined(separator: " ")
  }
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
