import Ledger
import Logging
import PaymentProcessing

extension SettlementDriver {
  /// Detaches a removed card at the processor. Returns once the ledger has recorded that, or if nothing has to be detached.
  ///
  /// - Throws: `CancellationError`. The card then stays removed, and the next start resumes the detachment.
  func detachCard(_ id: PaymentMethodID) async throws {
    var machine = CardDetachmentMachine()
    let subject = "card \(id)"
    try await drive(from: .begun, { machine.handle($0) }) { action -> Step<CardDetachmentMachine.Event, Void> in
      switch action {
      case .readCard: return .event(.card(try await outcome(of: FindPaymentMethod(id), on: subject).reply ?? nil))
      case .readTokenUse(let walletID, let token):
        let use = try await outcome(of: GetTokenUse(walletID, token), on: subject).reply
        return .event(.tokenUse(use ?? .undecided))
      case .call(let call): return .event(.response(await processor.response(to: call)))
      case .commit(let id):
        _ = try await commit(DetachPaymentMethod(id), result: "\(id) detached", on: subject)
        return .event(.committed)
      case .wait(let duration):
        try await sleep(duration)
        return .event(.pauseEnded)
      case .report(let report):
        log(report, about: subject)
        return .nextAction
      case .finished: return .finished(())
      }
    }
  }

  private func log(_ report: SettlementReport, about subject: String) {
    // The machine makes no other report.
    guard case .outcomeUnknown(let reason) = report else { return }
    logger.warning("an outcome is unknown", metadata: ["subject": "\(subject)", "reason": "\(reason)"])
  }
}
