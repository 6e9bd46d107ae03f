import CreditsAPI
import Ledger
import PaymentProcessing
import UnixGRPC

// Several cards of a wallet, and the processor's events.
extension PaymentMethodHandlers {
  func listPaymentMethods(
    _ request: ListPaymentMethodsRequest,
    context: ServerContext
  ) async throws -> ListPaymentMethodsResponse {
    let question = ListPaymentMethods(try RequestFields.walletID(request.walletID))
    let saved = try await recharges.ledger.reply(to: question, context)
    return ListPaymentMethodsResponse(
      paymentMethods: saved.paymentMethods.map { PaymentMethod($0) },
      defaultPaymentMethodID: saved.defaultID?.value ?? ""
    )
  }

  func updateBillingDetails(
    _ request: UpdateBillingDetailsRequest,
    context: ServerContext
  ) async throws -> UpdateBillingDetailsResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: UpdateBillingDetails.self,
      context
    )
    let mutation = UpdateBillingDetails(
      try RequestFields.walletID(request.walletID),
      request.paymentMethodID.isEmpty ? nil : PaymentMethodID(request.paymentMethodID),
      try RequestFields.billing(request.billingDetails)
    )
    let reply = try await recharges.ledger.reply(to: Request(mutation, from: origin), context)
    return UpdateBillingDetailsResponse(paymentMethod: PaymentMethod(reply.paymentMethod), wallet: Wallet(reply.wallet))
  }

  func setDefaultPaymentMethod(
    _ request: SetDefaultPaymentMethodRequest,
    context: ServerContext
  ) async throws -> SetDefaultPaymentMethodResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: SetDefaultPaymentMethod.self,
      context
    )
    let mutation = SetDefaultPaymentMethod(
      try RequestFields.walletID(request.walletID),
      try RequestFields.paymentMethodID(request.paymentMethodID)
    )
    let reply = try await recharges.ledger.reply(to: Request(mutation, from: origin), context)
    return SetDefaultPaymentMethodResponse(
      paymentMethod: PaymentMethod(reply.paymentMethod),
      wallet: Wallet(reply.wallet)
    )
  }

  func removePaymentMethod(
    _ request: RemovePaymentMethodRequest,
    context: ServerContext
  ) async throws -> RemovePaymentMethodResponse {
    let origin = try recharges.ledger.origin(
      of: request,
      key: request.idempotencyKey,
      for: RemovePaymentMethod.self,
      context
    )
    let mutation = RemovePaymentMethod(
      try RequestFields.walletID(request.walletID),
      try RequestFields.paymentMethodID(request.paymentMethodID)
    )
    let reply = try await recharges.ledger.reply(to: Request(mutation, from: origin), context)
    if reply.removed.state == .removed { recharges.worker.detachCard(reply.removed.id) }
    return RemovePaymentMethodResponse(
      wallet: Wallet(reply.wallet),
      paymentMethod: reply.defaultPaymentMethod.map { PaymentMethod($0) }
    )
  }

  /// Allows for several signatures while the processor's secret is being rotated.
  private static let longestSignature = 4096

  func ingestProcessorEvent(
    _ request: IngestProcessorEventRequest,
    context: ServerContext
  ) async throws -> IngestProcessorEventResponse {
    try recharges.requireProcessor()
    let event = try await event(request)
    let rechargeID = try await recharges.asking { try await recharges.worker.ingest(event) }
    return IngestProcessorEventResponse(
      eventID: event.id,
      outcome: rechargeID == nil ? .ignored : .taken,
      rechargeID: rechargeID?.value ?? ""
    )
  }

  private func event(_ request: IngestProcessorEventRequest) async throws -> ProcessorEvent {
    guard request.signature.utf8.count <= Self.longestSignature else {
      throw Refusal.fieldInvalid(field: "signature", description: "must have no more than 4096 bytes")
    }
    do throws(EventFailure) {
      return try await recharges.processor.parseEvent(payload: request.payload, signature: request.signature)
    } catch {
      switch error {
      case .signatureInvalid:
        throw Refusal.fieldInvalid(field: "signature", description: "is not the processor's of this payload")
      case .signatureExpired:
        throw Refusal.fieldInvalid(
          field: "signature",
          description: "is the processor's, but too old: forward events at once, and check the clocks"
        )
      case .modeMismatch:
        throw Refusal.fieldInvalid(field: "payload", description: "is an event of the processor's other mode")
      case .payloadInvalid:
        throw Refusal.fieldInvalid(field: "payload", description: "is the processor's, but no event that can be read")
      case .unavailable(let reason): throw ProcessorFailure.outcomeUnknown(reason)
      }
    }
  }
}
