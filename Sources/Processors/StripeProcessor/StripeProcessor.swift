import FoundationEssentials
package import Ledger
package import Logging
package import PaymentProcessing
import Synchronization

/// A payment processor that charges cards through Stripe (https://docs.stripe.com/api).
///
/// A charge is a PaymentIntent. Stripe replays its answer to an idempotency key for at least 24 hours; the key is also
/// stored in the object's metadata for lookups. Each wallet has a customer to which its cards are attached, and the token
/// of an attached card names both.
package final class StripeProcessor: PaymentProcessor {
  /// The maximum durations of calls, including all their requests to Stripe and all retries. Shorter than the timeouts of
  /// `creditsd`, so that it learns the reason.
  package struct Timing: Sendable {
    /// For calls with an effect, and for lists of events.
    package var effect = Duration.seconds(25)
    /// For other calls that only read.
    package var lookup = Duration.seconds(8)
    /// For the account, where it has to be asked for before another call.
    package var account = Duration.milliseconds(1500)
    /// The delay before the second attempt; doubled before each further one.
    package var firstPause = Duration.milliseconds(500)
    /// The number of requests a second in the long run, and the number that may leave at once.
    package var requestsPerSecond = 20

    package init() {}
  }

  /// The names of our metadata at Stripe, where people see them.
  enum MetadataName {
    static let key = "idempotency_key"
    static let rechargeID = "recharge_id"
    static let walletID = "wallet_id"
  }

  let key: StripeKey
  let timing: Timing
  let returnPage: ReturnPage?
  let texts: ChargeTexts
  /// Seconds since 1970.
  let clock: @Sendable () -> Int64
  /// Payment intents by our idempotency keys.
  let knownIntents = RecentIDs()
  /// Customers by wallets.
  let knownCustomers = RecentIDs()
  /// The key's account, once Stripe has named it.
  private let account = Mutex<ProcessorAccount?>(nil)
  private let connection: StripeConnection
  private let webhookSecrets: [WebhookSecret]

  /// - Parameters:
  /// - webhookSecrets: The secrets with which Stripe signs events; several while one is replaced. Without any, no event is
  /// accepted.
  /// - returnPage: Without it, charges that require the cardholder's authentication fail.
  /// - clock: Returns seconds since 1970.
  package init(
    address: StripeAddress,
    key: StripeKey,
    webhookSecrets: [WebhookSecret] = [],
    returnPage: ReturnPage? = nil,
    texts: ChargeTexts = .none,
    timing: Timing = Timing(),
    logger: Logger = Logger(label: "stripe", factory: { _ in SwiftLogNoOpLogHandler() }),
    clock: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) {
    connection = StripeConnection(
      address: address,
      key: key,
      firstPause: timing.firstPause,
      limiter: RequestLimiter(rate: timing.requestsPerSecond, burst: timing.requestsPerSecond),
      logger: logger
    )
    self.key = key
    self.webhookSecrets = webhookSecrets
    self.returnPage = returnPage
    self.texts = texts
    self.timing = timing
    self.clock = clock
  }

  /// Begins a call of the interface.
  func call(within time: Duration) -> StripeCall { StripeCall(connection: connection, end: ContinuousClock.now + time) }

  /// - Throws: `outcomeUnknown` if an object is not of the key's mode: whoever answers is not whom the charge was made with.
  func checkMode(_ isLive: Bool?) throws(ProcessorFailure) {
    guard isLive == key.isLive else { throw .outcomeUnknown("Stripe answered with an object of the other mode") }
  }

  // MARK: The account

  /// The key's prefix says the mode. A restricted key needs the permission to read the account.
  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    try await account(within: timing.lookup)
  }

  package func knownAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    if let known = account.withLock({ $0 }) { return known }
    return try await account(within: timing.account)
  }

  private func account(within time: Duration) async throws(ProcessorFailure) -> ProcessorAccount {
    let answer = try await call(within: time).send(.get("account"))
    guard answer.isSuccess else { throw answer.failure(missing: .outcomeUnknown("Stripe shows no account")) }
    let account: StripeAccount = try answer.object()
    guard StripeToken.isName(account.id) else { throw .outcomeUnknown("Stripe's answer cannot be read") }
    let named = ProcessorAccount(id: account.id, isLive: key.isLive)
    self.account.withLock { $0 = named }
    return named
  }

  // MARK: Events

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    switch WebhookSignature(signature)?.verdict(on: payload, secrets: webhookSecrets, now: clock()) {
    case .genuine: break
    case .expired: throw .signatureExpired
    case .forged, nil: throw .signatureInvalid
    }
    guard let event = StripeEvent.decode(Data(payload)) else {
      throw .payloadInvalid("the payload is no event of Stripe")
    }
    if let isLive = event.livemode, isLive != key.isLive { throw .modeMismatch }
    learn(from: event)
    return event.processorEvent(returnPage)
  }

  /// Remembers the ids that an event tells of, and forgets those that it ends.
  func learn(from event: StripeEvent) {
    switch event.subject {
    case .intent(let intent):
      if let key = intent.metadata?[MetadataName.key], intent.isOurs { knownIntents.remember(intent.id, for: key) }
    case .customer(let customer): knownCustomers.forget(id: customer.id)
    case .refund, .dispute, .method, .unreadable, .none: break
    }
  }
}
