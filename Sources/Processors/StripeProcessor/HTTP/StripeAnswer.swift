import FoundationEssentials
import HTTPClient
import Ledger

/// An HTTP response from Stripe's address, which may also be a proxy's.
struct StripeAnswer: Sendable {
  let status: Int
  let body: Data
  /// The value of `Retry-After`: the minimum delay before the next attempt.
  let retryAfter: Duration?
  /// The value of `Stripe-Should-Retry`, if present.
  let shouldRetry: Bool?
  /// Whether Stripe repeats a stored answer (`Idempotent-Replayed`), which may be a failure of its own.
  let isReplayed: Bool
  /// The value of `Request-Id`, by which Stripe's support finds the request.
  let requestID: String?
  /// The value of `Date`.
  let date: String?

  /// The time of the answer by Stripe's clock, in seconds since 1970.
  var time: Int64? { date.flatMap(HTTPDate.seconds) }

  /// The longest wait that `Retry-After` may ask for, in seconds.
  private static let longestWait: Int64 = 86_400

  init(_ response: HTTPResponse) {
    status = response.status
    body = Data(response.body)
    let seconds = response["Retry-After"].flatMap { Int64($0) }
    retryAfter = seconds.flatMap { $0 >= 0 ? .seconds(min($0, Self.longestWait)) : nil }
    shouldRetry = response["Stripe-Should-Retry"].flatMap { Bool($0) }
    isReplayed = response["Idempotent-Replayed"] == "true"
    requestID = response["Request-Id"].flatMap { StripeToken.isName($0) ? $0 : nil }
    date = response["Date"]
  }

  var isSuccess: Bool { (200...299).contains(status) }

  /// Whether Stripe has stored this failure and answers it again for as long as it keeps the key.
  var isStoredFailure: Bool { isReplayed && !isSuccess }

  /// Whether the failure is transient, so that a retry may succeed.
  var isPassing: Bool {
    !isStoredFailure && !isSuccess && (shouldRetry ?? (status == 409 || status == 429 || status >= 500))
  }

  var error: StripeError? { try? Self.decoder.decode(StripeErrorBody.self, from: body).error }

  /// The refusal that the answer states; nil if the outcome is unknown.
  ///
  /// Only Stripe's own error object is believed, if its type says that nothing was done and its status fits
  /// (https://docs.stripe.com/api/errors). A proxy's page may have any status.
  var refusal: StripeRefusal? {
    guard let error else { return nil }
    switch (error.type, status) {
    case ("card_error", 402): return .declined(code: error.declineReason)
    case ("idempotency_error", 400): return .keyReused
    case ("invalid_request_error", 400), ("invalid_request_error", 404):
      if error.code == "resource_missing" { return .missing(parameter: error.param) }
      if error.code == "payment_method_unexpected_state" || error.param == "payment_method" { return .unusableCard }
      return .invalid(code: error.reportedCode)
    default: return nil
    }
  }

  func object<Object: Decodable>() throws(ProcessorFailure) -> Object {
    guard isSuccess, let object = try? Self.decoder.decode(Object.self, from: body) else {
      throw .outcomeUnknown("Stripe's answer cannot be read")
    }
    return object
  }

  /// Returns the failure that this error response means. Omits Stripe's messages, because they repeat request data.
  ///
  /// - Parameter missing: The failure if the object does not exist.
  func failure(missing: ProcessorFailure) -> ProcessorFailure {
    switch refusal {
    case .declined(let code): .rejected("Stripe refuses the request: \(code)")
    case .keyReused: .rejected("the key was used for another request")
    case .missing, .unusableCard: missing
    case .invalid(let code): .rejected("Stripe refuses the request: \(code ?? "it gives no reason")")
    case nil where error == nil && status < 500: .outcomeUnknown("the answer \(status) is not Stripe's")
    // The API key may be wrong while the request is right, so the charge may still succeed later.
    case nil where status == 401 || status == 403: .outcomeUnknown("Stripe refuses the API key")
    case nil: .outcomeUnknown("Stripe answered \(status)")
    }
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}

/// A definite refusal by Stripe: the request had no effect and never will have one, except for what it says.
enum StripeRefusal: Hashable {
  /// The card's bank, or Stripe in its place, declines. A charge that is declined exists, but is not paid.
  case declined(code: String)
  /// The idempotency key was used for another request, which may have had its effect.
  case keyReused
  /// An object does not exist; the parameter that names it, if Stripe says so.
  case missing(parameter: String?)
  /// The payment method cannot be used, or no longer.
  case unusableCard
  /// The request is invalid.
  case invalid(code: String?)
}
