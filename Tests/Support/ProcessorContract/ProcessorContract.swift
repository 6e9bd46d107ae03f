package import Ledger
package import PaymentProcessing
import Testing

/// The requirements on every processor. `open` opens the same processor each time, as after a restart.
package struct ProcessorContract: Sendable {
  let open: @Sendable () async throws -> OpenedProcessor
  let cards: ContractCards

  package init(cards: ContractCards = ContractCards(), open: @escaping @Sendable () async throws -> OpenedProcessor) {
    self.cards = cards
    self.open = open
  }

  /// Opens the processor, runs `body`, and closes it.
  func run(_ body: (any PaymentProcessor) async throws -> Void) async throws {
    let opened = try await open()
    do {
      try await body(opened.processor)
    } catch {
      await opened.close()
      throw error
    }
    await opened.close()
  }
}

/// An open processor.
package struct OpenedProcessor: Sendable {
  package let processor: any PaymentProcessor
  package let close: @Sendable () async -> Void

  package init(_ processor: any PaymentProcessor, close: @escaping @Sendable () async -> Void) {
    self.processor = processor
    self.close = close
  }
}

/// The cards that a processor is tested with; by default Stripe's named test cards.
package struct ContractCards: Sendable {
  /// A Visa whose charges succeed.
  package var visa = PaymentMethodToken("pm_card_visa")
  /// A Mastercard whose charges succeed.
  package var mastercard = PaymentMethodToken("pm_card_mastercard")
  /// A card that is declined when it is charged.
  package var declined = PaymentMethodToken("pm_card_chargeDeclinedInsufficientFunds")
  /// A card that is declined when it is attached.
  package var refused = PaymentMethodToken("pm_card_chargeDeclinedInsufficientFunds")
  /// The decline code of both.
  package var declineCode = "insufficient_funds"
  /// A card whose charges need the cardholder's authentication.
  package var authenticating = PaymentMethodToken("pm_card_authenticationRequired")

  package init() {}
}

extension ProcessorContract {
  func charge(_ token: PaymentMethodToken, key: String, dollars: Int64 = 10) -> ChargeRequest {
    ChargeRequest(
      key: key,
      rechargeID: RechargeID("recharge-\(key)"),
      walletID: WalletID("wallet"),
      amount: .dollars(dollars),
      token: token
    )
  }

  func attachment(_ token: PaymentMethodToken, key: String, wallet: String = "wallet") -> AttachRequest {
    AttachRequest(
      key: key,
      walletID: WalletID(wallet),
      token: token,
      billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")
    )
  }

  func refund(_ charge: ChargeResult, key: String, dollars: Int64) -> RefundRequest {
    RefundRequest(key: key, chargeID: charge.id, rechargeID: charge.rechargeID, amount: .dollars(dollars))
  }

  /// Expects a rejection, which promises that there was no effect.
  func expectRejection(_ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("nothing was refused", sourceLocation: location)
    } catch ProcessorFailure.rejected {
      // Expected.
    } catch {
      Issue.record(error, sourceLocation: location)
    }
  }
}

extension Money {
  static func dollars(_ dollars: Int64) -> Money {
    Money(micros: dollars * Money.microsPerUnit, currency: .usd)
  }
}
