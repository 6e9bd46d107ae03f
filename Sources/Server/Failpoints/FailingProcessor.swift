package import Ledger
package import PaymentProcessing

/// A request to a processor.
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

/// A wrapper of a processor with failpoints before and after every request.
package struct FailingProcessor: PaymentProcessor {
  private let processor: any PaymentProcessor
  private let failpoint: Failpoint

  package init(_ processor: any PaymentProcessor, at failpoint: Failpoint) {
    self.processor = processor
    self.failpoint = failpoint
  }

  package var isConfigured: Bool { processor.isConfigured }

  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await ask(.describeCard) { () throws(ProcessorFailure) in try await processor.describeCard(token) }
  }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await ask(.verifyCard) { () throws(ProcessorFailure) in try await processor.verifyCard(token) }
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    try await ask(.attachCard) { () throws(ProcessorFailure) in try await processor.attachCard(request) }
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) {
    try await ask(.detachCard) { () throws(ProcessorFailure) in try await processor.detachCard(token) }
  }

  package func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    try await ask(.createCharge) { () throws(ProcessorFailure) in try await processor.createCharge(request) }
  }

  package func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await ask(.findCharge) { () throws(ProcessorFailure) in try await processor.findCharge(key: key) }
  }

  package func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await ask(.findCharge) { () throws(ProcessorFailure) in try await processor.findCharge(id: id) }
  }

  package func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    try await ask(.cancelCharge) { () throws(ProcessorFailure) in try await processor.cancelCharge(key: key) }
  }

  package func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    try await ask(.refundCharge) { () throws(ProcessorFailure) in try await processor.refundCharge(request) }
  }

  package func findRefund(key: String) async throws(ProcessorFailure) -> RefundResult? {
    try await ask(.findRefund) { () throws(ProcessorFailure) in try await processor.findRefund(key: key) }
  }

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    try await ask(.parseEvent) { () throws(EventFailure) in
      try await processor.parseEvent(payload: payload, signature: signature)
    }
  }

  private func ask<Answer, Failure: Error>(
    _ request: ProcessorRequest,
    _ body: () async throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    failpoint.hit(.beforeAsking(request))
    let result: Result<Answer, Failure>
    do throws(Failure) {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    failpoint.hit(.afterAsking(request))
    return try result.get()
  }
}
