import Foundation
package import Ledger
package import PaymentProcessing

/// A payment processor that charges cards through Stripe (https://docs.stripe.com/api).
///
/// A charge is a PaymentIntent, confirmed off session. Stripe replays its answer to an idempotency key for at least 24
/// hours; the key is also stored in the object's metadata for lookups. Each wallet has a customer to which its cards are
/// attached, and the token of an attached card names both.
package final class StripeProcessor: PaymentProcessor {
  /// The maximum durations of calls, including retries. Shorter than the timeouts of `creditsd`, so that it learns the reason.
  package struct Timing: Sendable {
    /// For calls with an effect.
    package var effect = Duration.seconds(25)
    /// For calls that only read.
    package var lookup = Duration.seconds(8)
    /// The delay before the second attempt; doubled before each further one.
    package var firstPause = Duration.milliseconds(500)

    package init() {}
  }

  /// The names of our metadata at Stripe, where people see them.
  enum MetadataName {
    static let key = "idempotency_key"
    static let rechargeID = "recharge_id"
    static let walletID = "wallet_id"
  }

  let connection: StripeConnection
  let timing: Timing
  let returnPage: ReturnPage?
  private let webhookSecret: StripeSecret?
  private let clock: @Sendable () -> Int64

  /// - Parameters:
  /// - webhookSecret: The secret with which Stripe signs events. Without it, no event is accepted.
  /// - returnPage: Without it, charges that require the cardholder's authentication fail.
  /// - clock: Returns seconds since 1970.
  package init(
    address: StripeAddress,
    key: StripeSecret,
    webhookSecret: StripeSecret? = nil,
    returnPage: ReturnPage? = nil,
    timing: Timing = Timing(),
    clock: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
  ) {
    connection = StripeConnection(address: address, key: key, firstPause: timing.firstPause)
    self.webhookSecret = webhookSecret
    self.returnPage = returnPage
    self.timing = timing
    self.clock = clock
  }

  // MARK: The account

  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    let answer = try await connection.send(.get("account"), within: timing.lookup)
    guard answer.isSuccess else { throw answer.refusal(missing: .outcomeUnknown("Stripe answered \(answer.status)")) }
    let account: StripeAccount = try answer.object()
    return ProcessorAccount(id: account.id, isLive: connection.key.isLive)
  }

  // MARK: Events

  package func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage {
    throw .outcomeUnknown("events are not listed yet")
  }

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    guard let webhookSecret,
      WebhookSignature(signature)?.isGenuine(of: payload, secret: webhookSecret, now: clock()) == true
    else { throw .signatureInvalid }
    guard let event = StripeEvent.decode(Data(payload)) else {
      throw .payloadInvalid("the payload is no event of Stripe")
    }
    return event.processorEvent(returnPage)
  }
}
