import Backoff
import HTTPClient
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
  private let client = HTTPClient()
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
    let message = message(request)
    // Jitter keeps clients from retrying in step after a common outage.
    var backoff = Backoff(first: firstPause, longest: Self.longestPause, multiplier: 2, jitter: 0.25)
    while true {
      try await limiter.turn(until: end)
      let reason: String
      var wait = backoff.next()
      do throws(HTTPFailure) {
        let answer = StripeAnswer(try await client.send(message, timeout: end - .now))
        if let asked = answer.retryAfter, answer.status == 429 || answer.status == 503 { limiter.pause(for: asked) }
        guard answer.isPassing else {
          refusals.add(answer, to: request)
          return answer
        }
        reason = "Stripe answered \(answer.status)"
        if let asked = answer.retryAfter { wait = max(wait, asked) }
        if ContinuousClock.now + wait >= end { refusals.add(answer, to: request) }
      } catch .requestInvalid {
        throw .rejected("the request cannot be sent as it is")
      } catch .timedOut, .cancelled {
        throw .outcomeUnknown("Stripe did not answer in time")
      } catch {
        reason = error.sentence
      }
      guard ContinuousClock.now + wait < end else { throw .outcomeUnknown(reason) }
      guard (try? await Task.sleep(for: wait)) != nil else { throw .outcomeUnknown("the call was given up") }
    }
  }

  private func message(_ request: StripeRequest) -> HTTPRequest {
    var fields: [(name: String, value: String)] = [
      ("Authorization", "Bearer " + key.secret.value), ("Stripe-Version", Self.apiVersion),
    ]
    if let key = request.idempotencyKey { fields.append(("Idempotency-Key", key)) }
    switch request.method {
    case .get: return HTTPRequest(url: address.url(request.path, query: request.form), method: .get, fields: fields)
    case .post:
      fields.append(("Content-Type", "application/x-www-form-urlencoded"))
      let url = address.url(request.path, query: "")
      return HTTPRequest(url: url, method: .post(body: Array(request.form.utf8)), fields: fields)
    }
  }
}

extension HTTPFailure {
  /// The reason, for people.
  fileprivate var sentence: String {
    switch self {
    case .requestInvalid: "the request cannot be sent as it is"
    case .unreachable: "Stripe cannot be reached"
    case .untrusted: "the TLS connection to Stripe failed: whoever answers cannot prove to be Stripe"
    case .connectionLost: "the connection to Stripe broke"
    case .timedOut, .cancelled: "Stripe did not answer in time"
    case .tooLong: "an answer from Stripe's address is longer than any of Stripe's"
    case .other(let reason): "the connection to Stripe failed: \(reason)"
    }
  }
}
