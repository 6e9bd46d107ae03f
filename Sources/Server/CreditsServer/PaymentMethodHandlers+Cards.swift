import CreditsAPI
import Ledger
import PaymentProcessing
import UnixGRPC

// Several cards of a wallet, and what the processor tells.
extension PaymentMethodHandlers {
  func listPaymentMethods(
    _ request: ListPaymentMethodsRequest,
    context: ServerContext
  ) async throws -> ListPaymentMethodsResponse {
    do {
      try recharges.ledger.authorize(context)
      let question = Query.paymentMethods(try RequestFields.walletID(request.walletID))
      guard
        case .paymentMethods(_, let cards, let standard) = try await recharges.ledger.reply(to: .ask(question), context)
      else { throw LedgerCall.misanswered }
      return ListPaymentMethodsResponse(
        paymentMethods: cards.map { PaymentMethod($0) },
        defaultPaymentMethodID: standard?.value ?? ""
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func setDefaultPaymentMethod(
    _ request: SetDefaultPaymentMethodRequest,
    context: ServerContext
  ) async throws -> SetDefaultPaymentMethodResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .setDefaultPaymentMethod,
        context: context
      )
      let mutation = Mutation.setDefaultPaymentMethod(
        try RequestFields.walletID(request.walletID),
        try RequestFields.paymentMethodID(request.paymentMethodID)
      )
      let reply = try await recharges.ledger.reply(to: .mutate(mutation, origin), context)
      guard case .paymentMethod(let wallet, let card) = reply else {
        throw LedgerCall.misanswered
      }
      return SetDefaultPaymentMethodResponse(paymentMethod: PaymentMethod(card), wallet: Wallet(wallet))
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  func removePaymentMethod(
    _ request: RemovePaymentMethodRequest,
    context: ServerContext
  ) async throws -> RemovePaymentMethodResponse {
    do {
      let origin = try recharges.ledger.origin(
        of: request,
        key: request.idempotencyKey,
        method: .removePaymentMethod,
        context: context
      )
      let mutation = Mutation.removePaymentMethod(
        try RequestFields.walletID(request.walletID),
        try RequestFields.paymentMethodID(request.paymentMethodID)
      )
      let reply = try await recharges.ledger.reply(to: .mutate(mutation, origin), context)
      guard case .paymentMethodRemoved(let wallet, let removed, let left) = reply else {
        throw LedgerCall.misanswered
      }
      if removed.state == .removed { recharges.worker.forget(removed.id) }
      return RemovePaymentMethodResponse(wallet: Wallet(wallet), paymentMethod: left.map { PaymentMethod($0) })
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  /// While a secret is being changed a processor may sign with several.
  private static let longestSignature = 4096

  func ingestProcessorEvent(
    _ request: IngestProcessorEventRequest,
    context: ServerContext
  ) async throws -> IngestProcessorEventResponse {
    do {
      try recharges.ledger.authorize(context)
      let event = try await event(request)
      let rechargeID = try await LedgerCall.asking { try await recharges.worker.take(event) }
      return IngestProcessorEventResponse(
        eventID: event.id,
        outcome: rechargeID == nil ? .ignored : .taken,
        rechargeID: rechargeID?.value ?? ""
      )
    } catch {
      throw LedgerCall.status(of: error)
    }
  }

  private func event(_ request: IngestProcessorEventRequest) async throws -> ProcessorEvent {
    guard request.signature.utf8.count <= Self.longestSignature else {
      throw Refusal.fieldInvalid(field: "signature", description: "must have no more than 4096 bytes")
    }
    do throws(ProcessorError) {
      return try await recharges.processor.parseEvent(payload: request.payload, signature: request.signature)
    } catch {
      guard case .rejected = error else { throw error }
      throw Refusal.fieldInvalid(field: "payload", description: "is the processor's, but no event that can be read")
    }
  }
}
