import Foundation
import Ledger
package import PaymentProcessing

/// Charges cards through Stripe (https://docs.stripe.com/api).
///
/// A charge is a PaymentIntent, confirmed off session. Stripe replays what it answered to an idempotency key for 24
/// hours at least; the key is also kept in the object's metadata, where lookups find it. A card is attached to a
/// customer, of whom there is one for each wallet, and its token names both.
package final class StripeProcessor: PaymentProcessor {
  /// How long calls may take, in all their attempts together: less than `creditsd` waits, so that it hears why.
  package struct Timing: Sendable {
    /// For what has an effect.
    package var effect = Duration.seconds(25)
    /// For what only reads.
    package var lookup = Duration.seconds(8)
    /// Before the second attempt; doubled before each further one.
    package var firstPause = Duration.milliseconds(500)

    package init() {}
  }

  /// What metadata of ours is called at Stripe, where people see it.
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
  ///   - webhookSecret: What Stripe signs events with; without it no event is genuine.
  ///   - returnPage: Without it, a charge that cannot do without its cardholder fails.
  ///   - clock: Seconds since 1970.
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

  // MARK: Events

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
