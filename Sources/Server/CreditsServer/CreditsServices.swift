import CreditsAPI
package import LedgerEngine
package import PaymentProcessing
package import UnixGRPC

/// The services of `credits.v1`, for a server to serve.
package enum CreditsServices {
  package static func definitions(
    committer: Committer,
    worker: RechargeWorker,
    processor: any PaymentProcessor,
    authorization: Authorization,
    eventRules: EventRules = .usual
  ) -> [ServiceDefinition] {
    let ledger = LedgerCall(committer: committer, authorization: authorization)
    let recharges = RechargeCall(ledger: ledger, worker: worker, processor: processor)
    return [
      WalletHandlers(ledger: ledger, recharges: recharges, eventRules: eventRules).serviceDefinition,
      RechargeHandlers(recharges: recharges).serviceDefinition,
      PaymentMethodHandlers(recharges: recharges).serviceDefinition,
    ]
  }
}
