package import Ledger

/// A processor that passes its calls on to another one, each after a check of its own.
package protocol ForwardingProcessor: PaymentProcessor {
  /// Makes a call to the other processor, or throws if the check fails.
  func forward<Answer>(
    _ call: (any PaymentProcessor) async throws(ProcessorFailure) -> Answer
  ) async throws(ProcessorFailure) -> Answer
}

extension ForwardingProcessor {
  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await forward { processor throws(ProcessorFailure) in try await processor.describeCard(token) }
  }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await forward { processor throws(ProcessorFailure) in try await processor.verifyCard(token) }
  }

  package func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    try await forward { processor throws(ProcessorFailure) in try await processor.createCardSetup(request) }
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    try await forward { processor throws(ProcessorFailure) in try await processor.attachCard(request) }
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) {
    try await forward { processor throws(ProcessorFailure) in try await processor.detachCard(token) }
  }

  package func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    try await forward { processor throws(ProcessorFailure) in try await processor.createCharge(request) }
  }

  package func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await forward { processor throws(ProcessorFailure) in try await processor.findCharge(key: key) }
  }

  package func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await forward { processor throws(ProcessorFailure) in try await processor.findCharge(id: id) }
  }

  package func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await forward { processor throws(ProcessorFailure) in try await processor.cancelCharge(key: key) }
  }

  package func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    try await forward { processor throws(ProcessorFailure) in try await processor.refundCharge(request) }
  }

  package func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    try await forward { processor throws(ProcessorFailure) in
      try await processor.findRefund(key: key, chargeID: chargeID)
    }
  }

  package func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage {
    try await forward { processor throws(ProcessorFailure) in
      try await processor.listEvents(after: cursor, limit: limit)
    }
  }

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    let result: Result<ProcessorEvent, EventFailure>
    do throws(ProcessorFailure) {
      result = try await forward { processor throws(ProcessorFailure) in
        do throws(EventFailure) {
          return .success(try await processor.parseEvent(payload: payload, signature: signature))
        } catch {
          return .failure(error)
        }
      }
    } catch {
      throw .unavailable(error.description)
    }
    return try result.get()
  }
}
