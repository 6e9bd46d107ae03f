package import Ledger
package import PaymentProcessing
import Testing

/// What every processor has to do. `open` gives the same processor each time, as after a restart.
package struct ProcessorContract: Sendable {
  let open: @Sendable () async throws -> OpenedProcessor
  let cards: ContractCards

  package init(cards: ContractCards = ContractCards(), open: @escaping @Sendable () async throws -> OpenedProcessor) {
    self.cards = cards
    self.open = open
  }

  /// Runs `body` with the processor, and closes it.
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

/// A processor for as long as it is not closed.
package struct OpenedProcessor: Sendable {
  package let processor: any PaymentProcessor
  package let close: @Sendable () async -> Void

  package init(_ processor: any PaymentProcessor, close: @escaping @Sendable () async -> Void) {
    self.processor = processor
    self.close = close
  }
}

/// The cards that a processor is tried with; by default those that Stripe has names for.
package struct ContractCards: Sendable {
  /// A Visa that pays.
  package var visa = PaymentMethodToken("pm_card_visa")
  /// A Mastercard that pays.
  package var mastercard = PaymentMethodToken("pm_card_mastercard")
  /// One that is declined when it is charged.
  package var declined = PaymentMethodToken("pm_card_chargeDeclinedInsufficientFunds")
  /// One that is declined when it is to be saved.
  package var refused = PaymentMethodToken("pm_card_chargeDeclinedInsufficientFunds")
  /// Why both are.
  package var declineCode = "insufficient_funds"
  /// One whose cardholder has to agree.
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

  /// Expects a refusal that promises that there was no effect.
  func expectRejection(_ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
    do {
      try await body()
      Issue.record("nothing was refused", sourceLocation: location)
    } catch ProcessorFailure.rejected {
      // As it should.
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
