import Ledger

/// A processor that makes calls for one account only.
struct AccountBoundProcessor: ForwardingProcessor {
  let processor: any PaymentProcessor
  let account: ProcessorAccount

  var isConfigured: Bool { processor.isConfigured }

  var session: Int { processor.session }

  func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount { try await processor.describeAccount() }

  func knownAccount() async throws(ProcessorFailure) -> ProcessorAccount { try await processor.knownAccount() }

  func forward<Answer>(
    _ call: (any PaymentProcessor) async throws(ProcessorFailure) -> Answer
  ) async throws(ProcessorFailure) -> Answer {
    let known = try await processor.knownAccount()
    guard known == account else {
      throw .outcomeUnknown("the call is for \(account), and the processor's account is \(known)")
    }
    return try await call(processor)
  }
}
