import CreditsAPI
package import LedgerEngine
package import PaymentProcessing
package import UnixGRPC
import UnixGRPCProtobuf

/// The services of `credits.v1`. The server that offers them needs an ``Authorization`` as its authorizer.
package enum CreditsServices {
  /// Returns the definitions of the wallet, recharge and payment method services.
  package static func definitions(
    committer: Committer,
    worker: RechargeWorker,
    processor: any PaymentProcessor,
    eventRules: EventRules = .usual
  ) -> [ServiceDefinition] {
    let ledger = LedgerCall(committer: committer)
    let recharges = RechargeCall(ledger: ledger, worker: worker, processor: processor)
    let definitions = [
      WalletHandlers(ledger: ledger, recharges: recharges, eventRules: eventRules).serviceDefinition,
      RechargeHandlers(recharges: recharges).serviceDefinition,
      PaymentMethodHandlers(recharges: recharges).serviceDefinition,
    ]
    return definitions.map { definition in
      var definition = definition
      definition.errorStatus = { ($0 as? UndecodableRequest).map { GRPCStatus($0.reason) } }
      return definition
    }
  }
}
