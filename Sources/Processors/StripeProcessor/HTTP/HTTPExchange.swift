import Foundation
import FoundationNetworking
import Synchronization

/// One HTTP request and its response, in a session and so on a connection of its own: if a reused connection breaks under a
/// POST, swift-corelibs-foundation neither fails nor proceeds, and keeps a core busy.
final class HTTPExchange: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  enum Outcome: Sendable {
    case answer(StripeAnswer)
    /// The reason, for people. Without the URL, whose query may hold personal data.
    case broken(String)
    case late
  }

  private struct State {
    var body = Data()
    var outcome: Outcome?
    var waiting: CheckedContinuation<Outcome, Never>?
  }

  /// The maximum size of a body, in bytes. Stripe's longest answers, pages of 100 objects, are far below.
  private static let longestBody = 4 << 20

  // Sendable, because all state is behind this lock.
  private let state = Mutex(State())

  static func run(_ message: URLRequest, until end: ContinuousClock.Instant) async -> Outcome {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpCookieStorage = nil
    configuration.urlCache = nil
    let exchange = HTTPExchange()
    let session = URLSession(configuration: configuration, delegate: exchange, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    let task = session.dataTask(with: message)
    return await withTaskGroup(of: Outcome.self) { group in
      group.addTask {
        await withTaskCancellationHandler {
          await withCheckedContinuation { waiting in
            exchange.wait(waiting)
            task.resume()
          }
        } onCancel: {
          task.cancel()
          exchange.finish(.late)
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

  private func wait(_ waiting: CheckedContinuation<Outcome, Never>) {
    let outcome = state.withLock { state -> Outcome? in
      if state.outcome == nil { state.waiting = waiting }
      return state.outcome
    }
    if let outcome { waiting.resume(returning: outcome) }
  }

  /// Ends the exchange. Only the first outcome counts.
  private func finish(_ outcome: Outcome) {
    let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
      guard state.outcome == nil else { return nil }
      state.outcome = outcome
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(returning: outcome)
  }

  // MARK: The session's delegate

  /// Refuses redirects, because the target of a redirect would receive the API key.
  func urlSession(
    _ session: URLSession,
    task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest,
    completionHandler: @escaping (URLRequest?) -> Void
  ) { completionHandler(nil) }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let isTooLong = state.withLock { state in
      guard state.outcome == nil, state.body.count + data.count <= Self.longestBody else { return true }
      state.body += data
      return false
    }
    guard isTooLong else { return }
    finish(.broken("an answer from Stripe's address has more than \(Self.longestBody >> 20) MiB"))
    dataTask.cancel()
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error { return finish(Self.outcome(of: error)) }
    guard let response = task.response as? HTTPURLResponse else {
      return finish(.broken("Stripe's answer is no HTTP"))
    }
    finish(.answer(StripeAnswer(response, state.withLock { $0.body })))
  }

  /// Reports errors by kind, because the system's descriptions contain the URL with its query.
  private static func outcome(of error: any Error) -> Outcome {
    switch (error as? URLError)?.code {
    case .timedOut: return .late
    case .cannotConnectToHost, .cannotFindHost, .dnsLookupFailed: return .broken("Stripe cannot be reached")
    case .networkConnectionLost: return .broken("the connection to Stripe broke")
    case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate:
      return .broken("whoever answers cannot prove to be Stripe")
    case .some(let code):
      // libcurl's errors of TLS have no code of their own here, only libcurl's sentence.
      let sentence = (error as NSError).localizedDescription
      if sentence.contains("certificate") || sentence.contains("SSL") || sentence.contains("TLS") {
        return .broken("the TLS connection to Stripe failed: whoever answers cannot prove to be Stripe")
      }
      return .broken("the connection to Stripe failed (\(code.rawValue))")
    case nil: return .broken("the connection to Stripe failed")
    }
  }
}

extension StripeAnswer {
  /// The longest wait that `Retry-After` may ask for, in seconds.
  private static let longestWait: Int64 = 86_400

  fileprivate init(_ response: HTTPURLResponse, _ body: Data) {
    let seconds = response.value(forHTTPHeaderField: "Retry-After").flatMap { Int64($0) }
    let requestID = response.value(forHTTPHeaderField: "Request-Id")
    self.init(
      status: response.statusCode,
      body: body,
      retryAfter: seconds.flatMap { $0 >= 0 ? .seconds(min($0, Self.longestWait)) : nil },
      shouldRetry: response.value(forHTTPHeaderField: "Stripe-Should-Retry").flatMap { Bool($0) },
      isReplayed: response.value(forHTTPHeaderField: "Idempotent-Replayed") == "true",
      requestID: requestID.flatMap { StripeToken.isName($0) ? $0 : nil },
      date: response.value(forHTTPHeaderField: "Date")
    )
  }
}
