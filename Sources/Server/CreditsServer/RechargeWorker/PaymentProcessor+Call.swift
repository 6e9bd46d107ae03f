import Ledger
import PaymentProcessing

extension PaymentProcessor {
  /// Performs a call of a settlement machine. Failures are responses, too.
  func response(to call: ProcessorCall) async -> ProcessorResponse {
    do throws(ProcessorFailure) {
      switch call {
      case .attachCard(let key, let walletID, let token, let billing):
        let request = AttachRequest(key: key, walletID: walletID, token: token, billing: billing)
        return .attached(try await attachCard(request))
      case .detachCard(let token):
        try await detachCard(token)
        return .detached
      case .createCharge(let key, let rechargeID, let walletID, let amount, let token, let isPresent, let billing):
        var request = ChargeRequest(key: key, rechargeID: rechargeID, walletID: walletID, amount: amount, token: token)
        request.isCardholderPresent = isPresent
        request.billing = billing
        return .charge(try await createCharge(request))
      case .cancelCharge(let key): return try await cancelCharge(key: key).map { .charge($0) } ?? .notFound
      case .findCharge(let key): return try await findCharge(key: key).map { .charge($0) } ?? .notFound
      case .retrieveCharge(let id): return try await findCharge(id: id).map { .charge($0) } ?? .notFound
      case .createRefund(let key, let chargeID, let rechargeID, let amount):
        let request = RefundRequest(key: key, chargeID: chargeID, rechargeID: rechargeID, amount: amount)
        return .refund(try await refundCharge(request))
      case .findRefund(let key, let chargeID):
        return try await findRefund(key: key, chargeID: chargeID).map { .refund($0) } ?? .notFound
      }
    } catch {
      return .failure(error)
    }
  }
}
