package import Ledger
package import PaymentProcessing

/// What a processor is asked for.
package enum ProcessorRequest: String, Hashable, Sendable, CaseIterable {
  case describeCard = "describe-card"
  case verifyCard = "verify-card"
  case attachCard = "attach-card"
  case detachCard = "detach-card"
  case createCharge = "create-charge"
  case findCharge = "find-charge"
  case cancelCharge = "cancel-charge"
  case refundCharge = "refund-charge"
  case findRefund = "find-refund"
  case parseEvent = "parse-event"
}

/// Another processor, with failpoints before and after everything that it is asked for.
package struct FailingProcessor: PaymentProcessor {
  private let processor: any PaymentProcessor
  private let failpoint: Failpoint

  package init(_ processor: any PaymentProcessor, at failpoint: Failpoint) {
    self.processor = processor
    self.failpoint = failpoint
  }

  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorError) -> Card {
    try await ask(.describeCard) { () throws(ProcessorError) in try await processor.describeCard(token) }
  }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorError) -> Card {
    try await ask(.verifyCard) { () throws(ProcessorError) in try await processor.verifyCard(token) }
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorError) -> AttachedCard {
    try await ask(.attachCard) { () throws(ProcessorError) in try await processor.attachCard(request) }
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorError) {
    try await ask(.detachCard) { () throws(ProcessorError) in try await processor.detachCard(token) }
  }

  package func createCharge(_ request: ChargeRequest) async throws(ProcessorError) -> ProcessorCharge {
    try await ask(.createCharge) { () throws(ProcessorError) in try await processor.createCharge(request) }
  }

  package func findCharge(key: String) async throws(ProcessorError) -> ProcessorCharge? {
    try await ask(.findCharge) { () throws(ProcessorError) in try await processor.findCharge(key: key) }
  }

  package func findCharge(id: String) async throws(ProcessorError) -> ProcessorCharge? {
    try await ask(.findCharge) { () throws(ProcessorError) in try await processor.findCharge(id: id) }
  }

  package func cancelCharge(key: String) async throws(ProcessorError) -> ProcessorCharge? {
    try await ask(.cancelCharge) { () throws(ProcessorError) in try await processor.cancelCharge(key: key) }
  }

  package func refundCharge(_ request: RefundRequest) async throws(ProcessorError) -> ProcessorRefund {
    try await ask(.refundCharge) { () throws(ProcessorError) in try await processor.refundCharge(request) }
  }

  package func findRefund(key: String) async throws(ProcessorError) -> ProcessorRefund? {
    try await ask(.findRefund) { () throws(ProcessorError) in try await processor.findRefund(key: key) }
  }

  package func parseEvent(payload: [UInt8], signature: String) async throws(ProcessorError) -> ProcessorEvent {
    try await ask(.parseEvent) { () throws(ProcessorError) in
      try await processor.parseEvent(payload: payload, signature: signature)
    }
  }

  private func ask<Answer>(
    _ request: ProcessorRequest,
    _ body: () async throws(ProcessorError) -> Answer
  ) async throws(ProcessorError) -> Answer {
    failpoint.hit(.beforeAsking(request))
    let result: Result<Answer, ProcessorError>
    do throws(ProcessorError) {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    failpoint.hit(.afterAsking(request))
    return try result.get()
  }
}
