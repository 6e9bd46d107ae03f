import Ledger
import Logging
import PaymentProcessing
import Synchronization
import UnixGRPC

/// Refuses calls for other accounts than the processor's, before anything is done. Logs each account once.
final class AccountComparison: Sendable {
  /// The number of accounts whose refusal is remembered, so that many cannot fill the log or the memory.
  private static let mostReported = 64

  private let processor: any PaymentProcessor
  private let logger: Logger
  private let reported = Mutex<Set<ProcessorAccount>>([])

  init(_ processor: any PaymentProcessor, logger: Logger) {
    self.processor = processor
    self.logger = logger
  }

  /// - Throws: PERMISSION_DENIED, which is no definite answer: what is asked about may be in the other account.
  func check(_ context: ServerContext) async throws {
    let expected: ProcessorAccount?
    do throws(FieldError) {
      expected = try AccountMetadata.account(in: context.requestMetadata)
    } catch {
      throw GRPCStatus(code: .permissionDenied, message: "\(error.field) \(error.description)")
    }
    guard let expected else { return }
    let account = try await processor.knownAccount()
    guard account != expected else { return }
    report(expected, account)
    throw GRPCStatus(
      code: .permissionDenied,
      message: "the call is for the account \(expected), and this processor charges for \(account)"
    )
  }

  private func report(_ expected: ProcessorAccount, _ account: ProcessorAccount) {
    let isNew = reported.withLock { $0.count < Self.mostReported && $0.insert(expected).inserted }
    guard isNew else { return }
    logger.error(
      "refused calls of a ledger whose charges belong to another account: start this with that account's key",
      metadata: ["account": "\(account)", "expected": "\(expected)"]
    )
  }
}
