import Backoff
import Foundation
import FoundationNetworking
import Ledger

/// Sends requests to Stripe, and retries transient failures until there is an answer or the time is over.
struct StripeConnection: Sendable {
  private enum Outcome: Sendable {
    case answer(StripeAnswer)
    case broken(String)
    case late
  }

  /// The version that the decoded objects conform to (https://docs.stripe.com/api/versioning).
  private static let apiVersion = "2024-06-20"
  private static let longestPause = Duration.seconds(4)

  private let address: StripeAddress
  let key: StripeSecret
  private let firstPause: Duration

  init(address: StripeAddress, key: StripeSecret, firstPause: Duration) {
    self.address = address
    self.key = key
    self.firstPause = firstPause
  }

  /// - Throws: `outcomeUnknown` if every attempt within `time` failed transiently.
  func send(_ request: StripeRequest, within time: Duration) async throws(ProcessorFailure) -> StripeAnswer {
    guard let message = message(request) else { throw .rejected("the request has no address") }
    let end = ContinuousClock.now + time
    // Jitter keeps clients from retrying in step after a common outage.
    var backoff = Backoff(first: firstPause, longest: Self.longestPause, multiplier: 2, jitter: 0.25)
    while true {
      let reason: String
      var wait = backoff.next()
      switch await attempt(message, until: end) {
      case .answer(let answer):
        guard answer.isPassing else { return answer }
        reason = "Stripe answered \(answer.status)"
        if let asked = answer.retryAfter { wait = max(wait, asked) }
        if answer.shouldRetry == false { throw .outcomeUnknown(reason) }
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
    message.setValue("Bearer " + key.value, forHTTPHeaderField: "Authorization")
    message.setValue(Self.apiVersion, forHTTPHeaderField: "Stripe-Version")
    if let key = request.idempotencyKey { message.setValue(key, forHTTPHeaderField: "Idempotency-Key") }
    if isPost {
      message.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
      message.httpBody = Data(request.form.utf8)
    }
    return message
  }

  /// Makes one attempt in a session, and so a connection, of its own: if a reused connection breaks under a POST,
  /// swift-corelibs-foundation neither fails nor proceeds, and keeps a core busy.
  private func attempt(_ message: URLRequest, until end: ContinuousClock.Instant) async -> Outcome {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpCookieStorage = nil
    configuration.urlCache = nil
    let session = URLSession(configuration: configuration, delegate: NoRedirects(), delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    return await withTaskGroup(of: Outcome.self) { group in
      group.addTask {
        do {
          let (body, response) = try await session.data(for: message)
          guard let response = response as? HTTPURLResponse else { return .broken("Stripe's answer is no HTTP") }
          return .answer(StripeAnswer(response, body))
        } catch {
          return Self.outcome(of: error)
        }
      }
      group.addTask {
        try? await Task.sleep(until: end, clock: .continuous)
        return .late
      }
      let first = await group.next() ?? .late
      group.cancelAll()
      return first
    }
  }

  /// Reports errors by number, because the system's descriptions contain the URL with its query.
  private static func outcome(of error: any Error) -> Outcome {
    switch (error as? URLError)?.code {
    case .timedOut: .late
    case .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed: .broken("Stripe cannot be reached")
    case .networkConnectionLost: .broken("the connection to Stripe broke")
    case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate:
      .broken("whoever answers cannot prove to be Stripe")
    case .some(let code): .broken("the connection to Stripe failed (\(code.rawValue))")
    case nil: .broken("the connection to Stripe failed")
    }
  }
}

extension StripeAnswer {
  fileprivate init(_ response: HTTPURLResponse, _ body: Data) {
    let seconds = response.value(forHTTPHeaderField: "Retry-After").flatMap { Int64($0) }
    self.init(
      status: response.statusCode,
      body: body,
      retryAfter: seconds.flatMap { (0...3600).contains($0) ? .seconds($0) : nil },
      shouldRetry: response.value(forHTTPHeaderField: "Stripe-Should-Retry").flatMap { Bool($0) }
    )
  }
}

/// Refuses redirects, because the target of a redirect would receive the API key.
private final class NoRedirects: NSObject, URLSessionTaskDelegate {
  func urlSession(
    _ session: URLSession,
    task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest,
    completionHandler: @escaping (URLRequest?) -> Void
  ) { completionHandler(nil) }
}
