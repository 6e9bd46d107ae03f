import Backoff
import Foundation
import FoundationNetworking
import Ledger
import Logging

/// Sends requests to Stripe, and retries transient failures until there is an answer or the time is over.
struct StripeConnection: Sendable {
  /// The version that the decoded objects conform to (https://docs.stripe.com/api/versioning).
  private static let apiVersion = "2024-06-20"
  private static let longestPause = Duration.seconds(4)

  private let address: StripeAddress
  private let key: StripeKey
  private let firstPause: Duration
  private let limiter: RequestLimiter
  private let refusals: RefusalLog

  init(address: StripeAddress, key: StripeKey, firstPause: Duration, limiter: RequestLimiter, logger: Logger) {
    self.address = address
    self.key = key
    self.firstPause = firstPause
    self.limiter = limiter
    refusals = RefusalLog(logger)
  }

  /// - Throws: `rejected` if the request cannot be sent as it is; `outcomeUnknown` if every attempt until `end` failed
  /// transiently.
  func send(
    _ request: StripeRequest,
    until end: ContinuousClock.Instant
  ) async throws(ProcessorFailure) -> StripeAnswer {
    try request.validate()
    guard let message = message(request) else { throw .rejected("the request has no address") }
    // Jitter keeps clients from retrying in step after a common outage.
    var backoff = Backoff(first: firstPause, longest: Self.longestPause, multiplier: 2, jitter: 0.25)
    while true {
      try await limiter.turn(until: end)
      let reason: String
      var wait = backoff.next()
      switch await HTTPExchange.run(message, until: end) {
      case .answer(let answer):
        if let asked = answer.retryAfter, answer.status == 429 || answer.status == 503 { limiter.pause(for: asked) }
        guard answer.isPassing else {
          refusals.add(answer, to: request)
          return answer
        }
        reason = "Stripe answered \(answer.status)"
        if let asked = answer.retryAfter { wait = max(wait, asked) }
        if ContinuousClock.now + wait >= end { refusals.add(answer, to: request) }
      case .broken(let how): reason = how
      case .late: throw .outcomeUnknown("Stripe did not answer in time")
      }
      guard ContinuousClock.now + wait < end else { throw .outcomeUnknown(reason) }
      guard (try? await Task.sleep(for: wait)) != nil else { throw .outcomeUnknown("the call was given up") }
    }
  }

  private func message(_ request: StripeRequest) -> URLRequest? {
    let isPost = request.method == .post
    guard let url = address.url(request.path, query: isPost ? "" : request.form) else { return nil }
    var message = URLRequest(url: url)
    message.httpMethod = request.method.rawValue
    message.setValue("Bearer " + key.secret.value, forHTTPHeaderField: "Authorization")
    message.setValue(Self.apiVersion, forHTTPHeaderField: "Stripe-Version")
    if let key = request.idempotencyKey { message.setValue(key, forHTTPHeaderField: "Idempotency-Key") }
    if isPost {
      message.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
      message.httpBody = Data(request.form.utf8)
    }
    return message
  }
}
