import Ledger
import PaymentProcessing
import SimulatedProcessor

/// Another ledger at the same processor.
struct OtherLedger {
  func charge(_ processor: SimulatedProcessor) async throws -> String {
    let request = PaymentProcessing.ChargeRequest(
      key: "credits-elsewhere",
      rechargeID: RechargeID("elsewhere"),
      walletID: WalletID("w"),
      amount: Ledger.Money(micros: 10_000_000, currency: .usd),
      token: PaymentMethodToken("pm_card_visa")
    )
    return try await processor.createCharge(request).id
  }
}
