package import Ledger
package import PaymentProcessing

/// A request to a processor.
package enum ProcessorRequest: String, Hashable, Sendable, CaseIterable {
  case describeAccount = "describe-account"
  case describeCard = "describe-card"
  case verifyCard = "verify-card"
  case createCardSetup = "create-card-setup"
  case attachCard = "attach-card"
  case detachCard = "detach-card"
  case createCharge = "create-charge"
  case findCharge = "find-charge"
  case cancelCharge = "cancel-charge"
  case refundCharge = "refund-charge"
  case findRefund = "find-refund"
  case parseEvent = "parse-event"
  case listEvents = "list-events"
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

  package var session: Int { processor.session }

  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    try await ask(.describeAccount) { () throws(ProcessorFailure) in try await processor.describeAccount() }
  }

  package func knownAccount() async throws(ProcessorFailure) -> ProcessorAccount { try await processor.knownAccount() }

  package func bound(to account: ProcessorAccount) -> any PaymentProcessor {
    FailingProcessor(processor.bound(to: account), at: failpoint)
  }

  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await ask(.describeCard) { () throws(ProcessorFailure) in try await processor.describeCard(token) }
  }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Card {
    try await ask(.verifyCard) { () throws(ProcessorFailure) in try await processor.verifyCard(token) }
  }

  package func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    try await ask(.createCardSetup) { () throws(ProcessorFailure) in try await processor.createCardSetup(request) }
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

  package func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    try await ask(.findRefund) { () throws(ProcessorFailure) in
      try await processor.findRefund(key: key, chargeID: chargeID)
    }
  }

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    try await ask(.parseEvent) { () throws(EventFailure) in
      try await processor.parseEvent(payload: payload, signature: signature)
    }
  }

  package func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage {
    try await ask(.listEvents) { () throws(ProcessorFailure) in
      try await processor.listEvents(after: cursor, limit: limit)
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
