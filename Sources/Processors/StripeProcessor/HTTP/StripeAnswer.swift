import Foundation
import Ledger

/// An HTTP response from Stripe.
struct StripeAnswer: Sendable {
  let status: Int
  let body: Data
  /// The value of `Retry-After`: the minimum delay before the next attempt.
  let retryAfter: Duration?
  /// The value of `Stripe-Should-Retry`, if present.
  let shouldRetry: Bool?

  var isSuccess: Bool { (200...299).contains(status) }

  /// Whether the failure is transient, so that a retry may succeed.
  var isPassing: Bool { shouldRetry ?? (status == 409 || status == 429 || status >= 500) }

  var error: StripeError? { try? Self.decoder.decode(StripeErrorBody.self, from: body).error }

  func object<Object: Decodable>() throws(ProcessorFailure) -> Object {
    guard isSuccess, let object = try? Self.decoder.decode(Object.self, from: body) else {
      throw .outcomeUnknown("Stripe's answer cannot be read")
    }
    return object
  }

  /// Returns the failure that this error response means. Omits Stripe's messages, because they repeat request data.
  ///
  /// - Parameter missing: The failure if the object does not exist.
  func refusal(missing: ProcessorFailure) -> ProcessorFailure {
    let error = error
    let code = error?.code.flatMap { StripeToken.isName($0) ? $0 : nil }
    switch status {
    case 400 where error?.type == "idempotency_error": return .rejected("the key was used for another request")
    case 400 where code == "resource_missing" || code == "payment_method_unexpected_state": return missing
    case 400 where error?.param == "payment_method": return missing
    case 400: return .rejected("Stripe refuses the request: \(code ?? "it gives no reason")")
    case 402: return .rejected("Stripe refuses the request: \(error?.declineReason ?? "it gives no reason")")
    case 404: return missing
    // The API key may be wrong while the request is right, so the charge may still succeed later.
    case 401, 403: return .outcomeUnknown("Stripe refuses the API key")
    default: return .outcomeUnknown("Stripe answered \(status)")
    }
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}
