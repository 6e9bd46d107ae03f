import Ledger
import PaymentProcessing
import ProcessorAPI
import UnixGRPC

/// Implements the processor's RPCs with a `PaymentProcessor`.
struct ProcessorHandlers: PaymentProcessorService {
  let processor: any PaymentProcessor
  let accounts: AccountComparison

  func describeAccount(
    _ request: DescribeAccountRequest,
    context: ServerContext
  ) async throws -> DescribeAccountResponse {
    try await answer {
      try await processor.describeAccount().message
    }
  }

  func describePaymentMethod(
    _ request: DescribePaymentMethodRequest,
    context: ServerContext
  ) async throws -> DescribePaymentMethodResponse {
    try await answer(context) {
      let token = try PaymentMethodToken(message: request.paymentMethodToken)
      return DescribePaymentMethodResponse(card: try await processor.describeCard(token).message)
    }
  }

  func verifyPaymentMethod(
    _ request: VerifyPaymentMethodRequest,
    context: ServerContext
  ) async throws -> VerifyPaymentMethodResponse {
    try await answer(context) {
      let token = try PaymentMethodToken(message: request.paymentMethodToken)
      do {
        return VerifyPaymentMethodResponse(outcome: .card(try await processor.verifyCard(token).message))
      } catch ProcessorFailure.cardDeclined(let code) {
        return VerifyPaymentMethodResponse(outcome: .decline(Decline(code: code)))
      }
    }
  }

  func createCardSetup(
    _ request: CreateCardSetupRequest,
    context: ServerContext
  ) async throws -> CreateCardSetupResponse {
    try await answer(context) {
      let setup = try await processor.createCardSetup(try CardSetupRequest(request))
      return CreateCardSetupResponse(setupID: setup.id, clientSecret: setup.clientSecret)
    }
  }

  func attachPaymentMethod(
    _ request: AttachPaymentMethodRequest,
    context: ServerContext
  ) async throws -> AttachPaymentMethodResponse {
    try await answer(context) {
      let request = try AttachRequest(request)
      do {
        let attached = try await processor.attachCard(request)
        return AttachPaymentMethodResponse(outcome: .paymentMethod(attached.message))
      } catch ProcessorFailure.cardDeclined(let code) {
        return AttachPaymentMethodResponse(outcome: .decline(Decline(code: code)))
      }
    }
  }

  func detachPaymentMethod(
    _ request: DetachPaymentMethodRequest,
    context: ServerContext
  ) async throws -> DetachPaymentMethodResponse {
    try await answer(context) {
      try await processor.detachCard(try PaymentMethodToken(message: request.paymentMethodToken))
      return DetachPaymentMethodResponse()
    }
  }

  func createCharge(_ request: CreateChargeRequest, context: ServerContext) async throws -> CreateChargeResponse {
    try await answer(context) {
      CreateChargeResponse(charge: try await processor.createCharge(try ChargeRequest(request)).message)
    }
  }

  func findCharge(_ request: FindChargeRequest, context: ServerContext) async throws -> FindChargeResponse {
    try await answer(context) {
      switch request.by {
      case .idempotencyKey(let key):
        let key = try FieldError.text(key, "idempotency_key")
        return FindChargeResponse(charge: try await processor.findCharge(key: key)?.message)
      case .chargeID(let id):
        let id = try FieldError.text(id, "charge_id")
        return FindChargeResponse(charge: try await processor.findCharge(id: id)?.message)
      case nil: throw FieldError(field: "by", description: "must name a key or an id")
      }
    }
  }

  func cancelCharge(_ request: CancelChargeRequest, context: ServerContext) async throws -> CancelChargeResponse {
    try await answer(context) {
      let key = try FieldError.text(request.idempotencyKey, "idempotency_key")
      return CancelChargeResponse(charge: try await processor.cancelCharge(key: key)?.message)
    }
  }

  func createRefund(_ request: CreateRefundRequest, context: ServerContext) async throws -> CreateRefundResponse {
    try await answer(context) {
      CreateRefundResponse(refund: try await processor.refundCharge(try RefundRequest(request)).message)
    }
  }

  func findRefund(_ request: FindRefundRequest, context: ServerContext) async throws -> FindRefundResponse {
    try await answer(context) {
      let key = try FieldError.text(request.idempotencyKey, "idempotency_key")
      let chargeID = try FieldError.text(request.chargeID, "charge_id")
      return FindRefundResponse(refund: try await processor.findRefund(key: key, chargeID: chargeID)?.message)
    }
  }

  func parseEvent(_ request: ParseEventRequest, context: ServerContext) async throws -> ParseEventResponse {
    try await answer(context) {
      let event = try await processor.parseEvent(payload: request.payload, signature: request.signature)
      return ParseEventResponse(event: event.message)
    }
  }

  func listEvents(_ request: ListEventsRequest, context: ServerContext) async throws -> ListEventsResponse {
    try await answer(context) {
      let cursor = request.cursor.isEmpty ? nil : try FieldError.text(request.cursor, "cursor")
      guard let limit = Int(exactly: request.pageSize), (1...1000).contains(limit) else {
        throw FieldError(field: "page_size", description: "must be from 1 to 1000")
      }
      let page = try await processor.listEvents(after: cursor, limit: limit)
      return ListEventsResponse(events: page.events.map(\.message), cursor: page.cursor, hasMore: page.hasMore)
    }
  }

  /// Answers a call once it is known to be for the processor's account.
  private func answer<Response: Sendable>(
    _ context: ServerContext,
    _ body: () async throws -> Response
  ) async throws -> Response {
    try await answer {
      try await accounts.check(context)
      return try await body()
    }
  }

  private func answer<Response: Sendable>(_ body: () async throws -> Response) async throws -> Response {
    do {
      return try await body()
    } catch let error as ProcessorFailure {
      throw GRPCStatus(error)
    } catch let error as EventFailure {
      throw GRPCStatus(error)
    } catch let error as FieldError {
      throw GRPCStatus(error)
    }
  }
}
