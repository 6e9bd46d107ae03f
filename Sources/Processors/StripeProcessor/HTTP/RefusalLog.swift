import Logging
import Synchronization

/// Logs what Stripe refuses, once for each request that is repeated: with Stripe's code and its name for the request, and
/// without any secret or personal data.
final class RefusalLog: Sendable {
  private struct Entry: Hashable {
    var request: String
    var status: Int
    var code: String?
  }

  /// The number of logged refusals that are remembered. When there are more, all are forgotten.
  private static let capacity = 4096

  private let logger: Logger
  private let logged = Mutex<Set<Entry>>([])

  init(_ logger: Logger) { self.logger = logger }

  func add(_ answer: StripeAnswer, to request: StripeRequest) {
    // That a lookup finds nothing is no refusal.
    guard !answer.isSuccess, request.method == .post || answer.status != 404 else { return }
    let error = answer.error
    let code = error?.reportedCode ?? error?.reportedType
    let name = request.idempotencyKey ?? request.path
    let isNew = logged.withLock { logged in
      if logged.count >= Self.capacity { logged.removeAll() }
      return logged.insert(Entry(request: name, status: answer.status, code: code)).inserted
    }
    guard isNew else { return }
    var metadata: Logger.Metadata = ["request": "\(request.summary)", "status": "\(answer.status)"]
    if let code { metadata["code"] = "\(code)" }
    if let decline = error?.declineCode, StripeToken.isName(decline) { metadata["decline-code"] = "\(decline)" }
    if let requestID = answer.requestID { metadata["request-id"] = "\(requestID)" }
    if error == nil { return logger.warning("an answer from Stripe's address is not Stripe's", metadata: metadata) }
    switch answer.status {
    case 402: logger.info("Stripe declines a card", metadata: metadata)
    case 401, 403: logger.error("Stripe refuses the API key", metadata: metadata)
    default: logger.warning("Stripe refuses a request", metadata: metadata)
    }
  }
}
