package import Ledger
package import LedgerEngine
package import PaymentProcessing
import Synchronization

/// A processor whose account is the ledger's: before the first call, after each call without an answer, and whenever another
/// process may answer, it asks for the account and compares it with the one that the ledger's charges belong to. Every call
/// also says which account it is for, so that a processor that was started anew with another key refuses it; the count of
/// connections protects from processors that do not compare.
///
/// Another account, or the same in another mode, knows none of the ledger's charges, so its definite "no" would be wrong.
/// Every call fails with an unknown outcome then.
package final class PinnedProcessor: ForwardingProcessor {
  private let processor: any PaymentProcessor
  private let committer: Committer
  private let changed: @Sendable (ProcessorCondition) -> Void

  private struct Confirmed {
    /// Bound to the account.
    var processor: any PaymentProcessor
    var account: ProcessorAccount
    /// The session in which the account was asked for.
    var session: Int
  }
  /// nil while the account is not known to be the ledger's.
  private let confirmed = Mutex<Confirmed?>(nil)

  /// - Parameter changed: Called with each answer about the account, and with each failure to get one.
  package init(
    _ processor: any PaymentProcessor,
    committer: Committer,
    changed: @escaping @Sendable (ProcessorCondition) -> Void
  ) {
    self.processor = processor
    self.committer = committer
    self.changed = changed
  }

  package var isConfigured: Bool { processor.isConfigured }

  package var session: Int { processor.session }

  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    try await confirmAccount().account
  }

  private func confirmAccount() async throws(ProcessorFailure) -> Confirmed {
    let (account, session) = try await askForAccount()
    let expected: ProcessorAccount
    do throws(LedgerError) {
      // Pinning is never refused.
      expected = try await committer.submit(PinProcessorAccount(account)).reply ?? account
    } catch {
      throw .outcomeUnknown("the ledger does not say which account its charges belong to: \(error)")
    }
    guard account == expected else {
      changed(.otherAccount(account, expected: expected))
      throw .outcomeUnknown("the processor's account is \(account), and the ledger's charges belong to \(expected)")
    }
    let bound = Confirmed(processor: processor.bound(to: expected), account: expected, session: session)
    confirmed.withLock { $0 = bound }
    changed(.answers(account))
    return bound
  }

  /// Makes a call once the account is confirmed.
  package func forward<Answer>(
    _ call: (any PaymentProcessor) async throws(ProcessorFailure) -> Answer
  ) async throws(ProcessorFailure) -> Answer {
    let confirmed = try await confirm()
    let answer: Result<Answer, ProcessorFailure>
    do throws(ProcessorFailure) {
      answer = .success(try await call(confirmed.processor))
    } catch {
      // The process that answers next may have been started with another key.
      if case .outcomeUnknown = error { self.confirmed.withLock { $0 = nil } }
      answer = .failure(error)
    }
    guard processor.session == confirmed.session else { throw Self.sessionChanged }
    return try answer.get()
  }

  private func confirm() async throws(ProcessorFailure) -> Confirmed {
    if let known = confirmed.withLock({ $0 }), known.session == processor.session { return known }
    return try await confirmAccount()
  }

  /// Asks for the account, again if another process may have answered. Returns it, and the session that it belongs to.
  private func askForAccount() async throws(ProcessorFailure) -> (account: ProcessorAccount, session: Int) {
    do throws(ProcessorFailure) {
      // The first call after a lost connection makes the next one.
      for _ in 1...Self.mostAttempts {
        let session = processor.session
        let account = try await processor.describeAccount()
        if processor.session == session { return (account, session) }
      }
      throw Self.sessionChanged
    } catch {
      changed(.silent(reason: error.description))
      throw .outcomeUnknown(error.description)
    }
  }

  private static let mostAttempts = 3
  private static let sessionChanged = ProcessorFailure.outcomeUnknown(
    "the processor was started anew during the call, perhaps for another account"
  )
}
