import Ledger
import MessageDigest
import PaymentProcessing
import StripeProcessor
import Testing

@Suite("Events of Stripe")
struct EventTests {
  private static let secret = "whsec_test"
  private static let now: Int64 = 1_800_000_000

  private func processor(_ secrets: [String] = [secret]) throws -> StripeProcessor {
    StripeProcessor(
      address: try StripeAddress("http://127.0.0.1:1"),
      key: try StripeKey(StripeSecret("sk_test_1")),
      webhookSecrets: try secrets.map { try WebhookSecret(StripeSecret($0)) },
      returnPage: try ReturnPage("https://example.com/back?x=1"),
      clock: { Self.now }
    )
  }

  private static func code(_ payload: String, time: Int64, secret: String = secret) -> String {
    HMACSHA256.code(of: Array("\(time).\(payload)".utf8), key: Array(secret.utf8)).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
    }.joined()
  }

  private func read(_ payload: String) async throws -> ProcessorEvent {
    let signature = "t=\(Self.now),v1=\(Self.code(payload, time: Self.now))"
    return try await processor().parseEvent(payload: Array(payload.utf8), signature: signature)
  }

  @Test("are accepted for five minutes, with any of several codes")
  func signatures() async throws {
    let payload = #"{"id":"evt_1","type":"ping"}"#
    let genuine = Self.code(payload, time: Self.now)
    let processor = try processor()
    let bytes = Array(payload.utf8)
    let other = Self.code(payload, time: Self.now, secret: "whsec_other")
    let early = Self.now - 300
    let late = Self.now + 300
    for signature in [
      "t=\(Self.now),v1=\(genuine)", "t=\(Self.now),v1=\(other),v1=\(genuine),v0=00", "v1=\(genuine),t=\(Self.now)",
      "t=\(early),v1=\(Self.code(payload, time: early))", "t=\(late),v1=\(Self.code(payload, time: late))",
    ] {
      let event = try await processor.parseEvent(payload: bytes, signature: signature)
      #expect(event == ProcessorEvent(id: "evt_1", kind: .other(type: "ping")))
    }
    let stale = Self.now - 301
    let future = Self.now + 301
    for time in [stale, future, Int64.max] {
      await #expect(throws: EventFailure.signatureExpired, "\(time)") {
        try await processor.parseEvent(payload: bytes, signature: "t=\(time),v1=\(Self.code(payload, time: time))")
      }
    }
    for signature in [
      "", "t=\(Self.now)", "v1=\(genuine)", "t=\(Self.now),v1=\(other)", "t=\(Self.now),v0=\(genuine)",
      "t=\(Self.now - 1),v1=\(genuine)", "t=\(stale),v1=\(genuine)", "t=\(Self.now),v1=\(genuine.dropLast(2))",
      "t=\(Self.now),v1=\(genuine.dropLast())x", "t=x,v1=\(genuine)", "t=-1,v1=\(genuine)",
    ] {
      await #expect(throws: EventFailure.signatureInvalid, "\(signature)") {
        try await processor.parseEvent(payload: bytes, signature: signature)
      }
    }
    await #expect(throws: EventFailure.signatureInvalid) {
      try await processor.parseEvent(payload: bytes + [32], signature: "t=\(Self.now),v1=\(genuine)")
    }
  }

  @Test("are accepted with each of several secrets, while one is replaced")
  func severalSecrets() async throws {
    let payload = #"{"id":"evt_1","type":"ping"}"#
    for secret in ["whsec_old", "whsec_new"] {
      let signature = "t=\(Self.now),v1=\(Self.code(payload, time: Self.now, secret: secret))"
      let processor = try processor(["whsec_old", "whsec_new"])
      #expect(try await processor.parseEvent(payload: Array(payload.utf8), signature: signature).id == "evt_1")
    }
  }

  @Test("of the other mode are refused")
  func modes() async throws {
    await #expect(throws: EventFailure.modeMismatch) {
      try await read(#"{"id":"evt_1","type":"ping","livemode":true}"#)
    }
    #expect(try await read(#"{"id":"evt_1","type":"ping","livemode":false}"#).id == "evt_1")
  }

  @Test("are refused if malformed", arguments: ["", "{}", "[]", #"{"id":1,"type":"x"}"#, #"{"id":"a b","type":"x"}"#])
  func unreadable(payload: String) async throws {
    await #expect(throws: EventFailure.payloadInvalid("the payload is no event of Stripe")) { try await read(payload) }
  }

  private static func intent(_ fields: String, metadata: String = #"{"recharge_id":"r1"}"#) -> String {
    #"{"object":"payment_intent","id":"pi_1","amount":1050,"currency":"usd","metadata":\#(metadata),\#(fields)}"#
  }

  private static func event(_ type: String, _ object: String, previous: String = "{}") -> String {
    #"{"id":"evt_1","object":"event","type":"\#(type)","data":{"object":\#(object),"previous_attributes":\#(previous)}}"#
  }

  private static func unclassified(_ type: String, _ object: String, _ charge: String?) -> ProcessorEvent.Kind {
    .unclassified(UnclassifiedEvent(type: type, objectID: object, chargeID: charge))
  }

  private static let card = #""id":"pm_1","card":{"brand":"visa","last4":"4242","exp_month":1,"exp_year":2041}"#
  private static let renewed = Card(brand: "visa", last4: "4242", expiryMonth: 1, expiryYear: 2041)
  private static let absent = #"{"code":"card_declined","decline_code":"authentication_required"}"#

  private static func charge(_ status: ChargeResult.Status) -> ProcessorEvent.Kind {
    .charge(ChargeResult(id: "pi_1", rechargeID: RechargeID("r1"), amount: Self.money, status: status))
  }

  private static func dispute(_ state: DisputeState) -> ProcessorEvent.Kind {
    .dispute(DisputeResult(id: DisputeID("dp_1"), chargeID: "pi_1", amount: money, state: state))
  }

  private static func disputed(_ status: String) -> String {
    #"{"id":"dp_1","amount":1050,"currency":"usd","status":"\#(status)","payment_intent":"pi_1","charge":"ch_1"}"#
  }

  private static let money = Money(micros: 10_500_000, currency: .usd)
  private static let refund = #""id":"re_1","amount":1050,"currency":"usd","payment_intent":"pi_1","charge":"ch_1""#

  @Test(
    "are converted to the processor's events",
    arguments: [
      (event("payment_intent.succeeded", intent(#""status":"succeeded""#)), charge(.paid)),
      (event("payment_intent.canceled", intent(#""status":"canceled""#)), charge(.cancelled)),
      (event("payment_intent.processing", intent(#""status":"processing""#)), charge(.processing)),
      (
        event(
          "payment_intent.payment_failed",
          intent(
            #""status":"requires_payment_method","last_payment_error":{"code":"card_declined","decline_code":"lost_card"}"#
          )
        ),
        charge(.declined(code: "lost_card"))
      ),
      (
        event(
          "payment_intent.payment_failed",
          intent(#""status":"requires_payment_method","last_payment_error":{"code":"expired_card"}"#)
        ),
        charge(.declined(code: "expired_card"))
      ),
      (
        event(
          "payment_intent.payment_failed",
          intent(#""status":"requires_payment_method","last_payment_error":{"code":"authentication_required"}"#)
        ),
        .other(type: "payment_intent.payment_failed")
      ),
      (
        event(
          "payment_intent.requires_action",
          intent(#""status":"requires_action","next_action":{"redirect_to_url":{"url":"https://bank.example"}}"#)
        ),
        charge(.authenticationRequired(url: "https://bank.example"))
      ),
      (
        event("payment_intent.requires_action", intent(#""status":"requires_action","next_action":{}"#)),
        charge(.authenticationRequired(url: "https://example.com/back?x=1&payment_intent=pi_1"))
      ),
      (
        event("payment_intent.succeeded", intent(#""status":"succeeded""#, metadata: "{}")),
        .other(type: "payment_intent.succeeded")
      ),
      (
        event("refund.updated", #"{\#(refund),"status":"pending","metadata":{"idempotency_key":"k1"}}"#),
        .refund(RefundResult(id: "re_1", key: "k1", chargeID: "pi_1", amount: money, status: .processing))
      ),
      (
        event(
          "charge.refund.updated",
          #"{\#(refund),"status":"failed","failure_reason":"lost_or_stolen_card","metadata":{"idempotency_key":"k1"}}"#
        ),
        .refund(
          RefundResult(
            id: "re_1",
            key: "k1",
            chargeID: "pi_1",
            amount: money,
            status: .failed(code: "lost_or_stolen_card")
          )
        )
      ),
      (
        event("refund.created", #"{\#(refund),"status":"succeeded","metadata":{}}"#),
        .foreignRefund(ForeignRefund(id: "re_1", chargeID: "pi_1", amount: money, status: .refunded))
      ),
      (
        event(
          "refund.updated",
          #"{"id":"re_1","amount":1050,"currency":"usd","payment_intent":{"id":"pi_1"},"status":"canceled"}"#
        ),
        .foreignRefund(ForeignRefund(id: "re_1", chargeID: "pi_1", amount: money, status: .failed(code: "canceled")))
      ),
      (
        event("refund.created", #"{"id":"re_1","amount":1,"currency":"usd","status":"succeeded","charge":"ch_1"}"#),
        .other(type: "refund.created")
      ),
      (event("refund.updated", #"{"id":"re_1","payment_intent":"pi_1"}"#), unclassified("refund.updated", "re_1", nil)),
      (event("customer.created", #"{"id":"cus_1"}"#), .other(type: "customer.created")),
    ] as [(String, ProcessorEvent.Kind)]
  )
  func kinds(payload: String, kind: ProcessorEvent.Kind) async throws {
    #expect(try await read(payload) == ProcessorEvent(id: "evt_1", kind: kind))
  }

  @Test(
    "of disputes, cards and customers are converted",
    arguments: [
      (event("charge.dispute.created", disputed("needs_response")), dispute(.opened)),
      (event("charge.dispute.closed", disputed("won")), dispute(.won)),
      (event("charge.dispute.closed", disputed("lost")), dispute(.lost)),
      (event("charge.dispute.funds_withdrawn", disputed("under_review")), dispute(.opened)),
      (event("charge.dispute.created", disputed("prevented")), dispute(.won)),
      (event("charge.dispute.closed", disputed("warning_closed")), dispute(.won)),
      (
        event("charge.dispute.updated", disputed("warning_under_review")),
        .other(type: "charge.dispute.updated")
      ),
      (
        event("charge.dispute.updated", disputed("arbitration")),
        unclassified("charge.dispute.updated arbitration", "dp_1", "pi_1")
      ),
      (
        event(
          "payment_intent.payment_failed",
          intent(#""status":"requires_payment_method","last_payment_error":\#(absent)"#)
        ),
        .other(type: "payment_intent.payment_failed")
      ),
      (
        event("payment_method.automatically_updated", #"{\#(card),"customer":"cus_1"}"#),
        .cardUpdated(token: PaymentMethodToken("cus_1:pm_1"), card: renewed)
      ),
      (
        event("payment_method.updated", #"{\#(card),"customer":{"id":"cus_1","object":"customer"}}"#),
        .cardUpdated(token: PaymentMethodToken("cus_1:pm_1"), card: renewed)
      ),
      (event("payment_method.updated", #"{\#(card),"customer":null}"#), .other(type: "payment_method.updated")),
      (
        event("payment_method.detached", #"{\#(card),"customer":null}"#, previous: #"{"customer":"cus_1"}"#),
        .cardRemoved(token: PaymentMethodToken("cus_1:pm_1"))
      ),
      (
        event("customer.deleted", #"{"id":"cus_1","metadata":{"wallet_id":"w1"}}"#),
        .customerRemoved(WalletID("w1"))
      ),
      (event("customer.deleted", #"{"id":"cus_1","metadata":{}}"#), .other(type: "customer.deleted")),
      (
        event("charge.dispute.created", disputed("warning_needs_response")),
        .other(type: "charge.dispute.created")
      ),
    ] as [(String, ProcessorEvent.Kind)]
  )
  func aftermath(payload: String, kind: ProcessorEvent.Kind) async throws {
    #expect(try await read(payload) == ProcessorEvent(id: "evt_1", kind: kind))
  }

  @Test(
    "that are sent are converted",
    .enabled(if: StandInStripe.isAvailable, StandInStripe.absence)
  )
  func sent() async throws {
    let stripe = try StandInStripe()
    let processor = try stripe.processor()
    let charge = try await processor.createCharge(.tenDollars())
    let hook = try await stripe.event()
    let event = try await processor.parseEvent(payload: Array(hook.payload.utf8), signature: hook.signature)
    #expect(event.kind == .charge(charge))
  }
}
