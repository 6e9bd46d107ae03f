import CreditsClient
import ProcessorAPI
import UnixGRPC

/// What people see and do at the processor without `creditsd`: they look charges up, give money back, and authenticate.
final class Dashboard: Sendable {
  private let client: GRPCClient

  init(socketPath: String) {
    client = GRPCClient(socketPath: socketPath)
  }

  private var processor: PaymentProcessorServiceClient { PaymentProcessorServiceClient(client: client) }
  private var acts: SimulatorServiceClient { SimulatorServiceClient(client: client) }

  /// Looks up the charge of a recharge. Nil if the look-up does not show it.
  func charge(ofRecharge id: String) async throws -> ProcessorAPI.Charge? {
    let request = FindChargeRequest(by: .idempotencyKey("credits-\(id)"))
    return try await answer { try await processor.findCharge(request) }.charge
  }

  /// Looks up a refund. Nil if the look-up does not show it.
  func refund(_ id: String, ofCharge charge: String) async throws -> ProcessorAPI.Refund? {
    let request = FindRefundRequest(idempotencyKey: "credits-\(id)", chargeID: charge)
    return try await answer { try await processor.findRefund(request) }.refund
  }

  /// Gives money back, once or not at all: what the processor answers to that is not needed.
  func giveBack(_ amount: Money, ofCharge id: String) async {
    _ = try? await acts.refundElsewhere(RefundElsewhereRequest(chargeID: id, amount: amount))
  }

  /// Agrees to a charge as its cardholder.
  func authenticate(charge id: String) async {
    _ = try? await acts.authenticate(AuthenticateRequest(chargeID: id))
  }

  /// Issues an attached card anew.
  func renew(cardBehind token: String, as card: String) async {
    _ = try? await acts.renewCard(RenewCardRequest(paymentMethodToken: token, card: card))
  }

  /// Deletes the customer of a wallet with its cards, for certain.
  func removeCustomer(of wallet: String) async throws {
    _ = try await answer { try await acts.removeCustomer(RemoveCustomerRequest(walletID: wallet)) }
  }

  func close() async { await client.close() }

  /// Repeats a call until it is answered.
  private func answer<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
    while true {
      do {
        return try await call()
      } catch let status as GRPCStatus where status.code == .unavailable || status.code == .deadlineExceeded {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }
}
