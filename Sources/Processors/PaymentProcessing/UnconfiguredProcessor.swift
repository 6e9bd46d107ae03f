package import Ledger

/// Stands in where no processor is configured. Every request fails with an unknown outcome: whether an earlier processor
/// has charged a card cannot be known without one.
package struct UnconfiguredProcessor: PaymentProcessor {
  private static let reason = "no payment processor is configured"

  package init() {}

  package var isConfigured: Bool { false }

  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount { throw Self.failure }

  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card { throw Self.failure }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card { throw Self.failure }

  package func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    throw Self.failure
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    throw Self.failure
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) { throw Self.failure }

  package func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    throw Self.failure
  }

  package func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? { throw Self.failure }

  package func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? { throw Self.failure }

  package func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? { throw Self.failure }

  package func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    throw Self.failure
  }

  package func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    throw Self.failure
  }

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    throw .unavailable(Self.reason)
  }

  package func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage {
    throw Self.failure
  }

  private static let failure = ProcessorFailure.outcomeUnknown(reason)
}
