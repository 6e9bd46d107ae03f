import Foundation
import Ledger

/// What Stripe answered.
struct StripeAnswer: Sendable {
  let status: Int
  let body: Data
  /// What Stripe asks for before the next attempt.
  let retryAfter: Duration?
  /// Stripe's own word on whether another attempt makes sense, where it gives one.
  let shouldRetry: Bool?

  var isSuccess: Bool { (200...299).contains(status) }

  /// Whether the same request may be answered otherwise a little later.
  var isPassing: Bool { shouldRetry ?? (status == 409 || status == 429 || status >= 500) }

  var error: StripeError? { try? Self.decoder.decode(StripeErrorBody.self, from: body).error }

  func object<Object: Decodable>() throws(ProcessorFailure) -> Object {
    guard isSuccess, let object = try? Self.decoder.decode(Object.self, from: body) else {
      throw .outcomeUnknown("Stripe's answer cannot be read")
    }
    return object
  }

  /// What it means when a request fails. Stripe's sentences are left out: they repeat what was sent.
  ///
  /// - Parameter missing: What is said when there is no such object.
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
    // The request may be right, and the key for the API wrong: what was meant to be charged can still be.
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
