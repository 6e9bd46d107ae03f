import CreditsAPI
import Ledger
import ProcessorAPI
import ProcessorRPC
import SimulatedProcessor
import UnixGRPC

/// Implements the acts of cardholders, banks, networks and the dashboard with a simulated processor.
struct SimulatorHandlers: SimulatorService {
  let processor: SimulatedProcessor

  func authenticate(_ request: AuthenticateRequest, context: ServerContext) async throws -> AuthenticateResponse {
    try act { () throws(ProcessorFailure) in try processor.authenticateCardholder(chargeID: request.chargeID) }
    return AuthenticateResponse()
  }

  func refundElsewhere(
    _ request: RefundElsewhereRequest,
    context: ServerContext
  ) async throws -> RefundElsewhereResponse {
    let amount = try Self.money(request.amount)
    try act { () throws(ProcessorFailure) in
      try processor.refundElsewhere(chargeID: request.chargeID, amount: amount)
    }
    return RefundElsewhereResponse()
  }

  func setDispute(_ request: SetDisputeRequest, context: ServerContext) async throws -> SetDisputeResponse {
    if request.amount != nil {
      let amount = try Self.money(request.amount)
      try act { () throws(ProcessorFailure) in try processor.openDispute(ofCharge: request.chargeID, amount: amount) }
      return SetDisputeResponse()
    }
    let state: DisputeState
    switch request.state {
    case .opened: state = .opened
    case .won: state = .won
    case .lost: state = .lost
    case .unspecified, .unrecognized:
      throw GRPCStatus(code: .invalidArgument, message: "state must be one that is known")
    }
    try act { () throws(ProcessorFailure) in try processor.setDispute(ofCharge: request.chargeID, to: state) }
    return SetDisputeResponse()
  }

  func renewCard(_ request: RenewCardRequest, context: ServerContext) async throws -> RenewCardResponse {
    let token = PaymentMethodToken(request.paymentMethodToken)
    try act { () throws(ProcessorFailure) in try processor.updateCard(token, to: request.card) }
    return RenewCardResponse()
  }

  func removeCustomer(_ request: RemoveCustomerRequest, context: ServerContext) async throws -> RemoveCustomerResponse {
    try act { () throws(ProcessorFailure) in try processor.removeCustomer(of: WalletID(request.walletID)) }
    return RemoveCustomerResponse()
  }

  private func act(_ body: () throws(ProcessorFailure) -> Void) throws(GRPCStatus) {
    do throws(ProcessorFailure) {
      try body()
    } catch {
      throw GRPCStatus(error)
    }
  }

  private static func money(_ message: CreditsAPI.Money?) throws(GRPCStatus) -> Ledger.Money {
    guard let message, let currency = Currency(code: message.currencyCode), message.micros > 0 else {
      throw GRPCStatus(code: .invalidArgument, message: "amount must be above zero, in a currency of ISO 4217")
    }
    return Ledger.Money(micros: message.micros, currency: currency)
  }
}
