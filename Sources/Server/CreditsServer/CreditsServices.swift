import CreditsAPI
package import LedgerEngine
package import PaymentProcessing
package import UnixGRPC

/// The services of `credits.v1`, for a server to serve whose authorizer is an ``Authorization``.
package enum CreditsServices {
  package static func definitions(
    committer: Committer,
    worker: RechargeWorker,
    processor: any PaymentProcessor,
    eventRules: EventRules = .usual
  ) -> [ServiceDefinition] {
    let ledger = LedgerCall(committer: committer)
    let recharges = RechargeCall(ledger: ledger, worker: worker, processor: processor)
    return [
      WalletHandlers(ledger: ledger, recharges: recharges, eventRules: eventRules).serviceDefinition,
      RechargeHandlers(recharges: recharges).serviceDefinition,
      PaymentMethodHandlers(recharges: recharges).serviceDefinition,
    ]
  }
}
