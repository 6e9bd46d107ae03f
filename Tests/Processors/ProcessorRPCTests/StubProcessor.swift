import ProcessorAPI
import UnixGRPC

/// A processor whose answers a test supplies, and which need not follow the contract.
struct StubProcessor: PaymentProcessorService {
  var charges: @Sendable (CreateChargeRequest) async throws -> CreateChargeResponse = { _ in throw Self.silence }
  var finds: @Sendable (FindChargeRequest) async throws -> FindChargeResponse = { _ in throw Self.silence }
  var refunds: @Sendable (CreateRefundRequest) async throws -> CreateRefundResponse = { _ in throw Self.silence }
  var attaches: @Sendable (AttachPaymentMethodRequest) async throws -> AttachPaymentMethodResponse = { _ in
    throw Self.silence
  }
  var describes: @Sendable (DescribePaymentMethodRequest) async throws -> DescribePaymentMethodResponse = { _ in
    throw Self.silence
  }
  var parses: @Sendable (ParseEventRequest) async throws -> ParseEventResponse = { _ in throw Self.silence }

  var accounts: @Sendable (DescribeAccountRequest) async throws -> DescribeAccountResponse = { _ in
    throw Self.silence
  }
  var lists: @Sendable (ListEventsRequest) async throws -> ListEventsResponse = { _ in throw Self.silence }

  private static let silence = GRPCStatus(code: .unimplemented, message: "")

  func createCharge(_ request: CreateChargeRequest, context: ServerContext) async throws -> CreateChargeResponse {
    try await charges(request)
  }

  func findCharge(_ request: FindChargeRequest, context: ServerContext) async throws -> FindChargeResponse {
    try await finds(request)
  }

  func createRefund(_ request: CreateRefundRequest, context: ServerContext) async throws -> CreateRefundResponse {
    try await refunds(request)
  }

  func attachPaymentMethod(
    _ request: AttachPaymentMethodRequest,
    context: ServerContext
  ) async throws -> AttachPaymentMethodResponse {
    try await attaches(request)
  }

  func describePaymentMethod(
    _ request: DescribePaymentMethodRequest,
    context: ServerContext
  ) async throws -> DescribePaymentMethodResponse {
    try await describes(request)
  }

  func parseEvent(_ request: ParseEventRequest, context: ServerContext) async throws -> ParseEventResponse {
    try await parses(request)
  }

  func verifyPaymentMethod(
    _ request: VerifyPaymentMethodRequest,
    context: ServerContext
  ) async throws -> VerifyPaymentMethodResponse { VerifyPaymentMethodResponse() }

  func detachPaymentMethod(
    _ request: DetachPaymentMethodRequest,
    context: ServerContext
  ) async throws -> DetachPaymentMethodResponse { throw GRPCStatus(code: .notFound, message: "gone") }

  func cancelCharge(_ request: CancelChargeRequest, context: ServerContext) async throws -> CancelChargeResponse {
    throw Self.silence
  }

  func describeAccount(
    _ request: DescribeAccountRequest,
    context: ServerContext
  ) async throws -> DescribeAccountResponse { try await accounts(request) }

  func createCardSetup(
    _ request: CreateCardSetupRequest,
    context: ServerContext
  ) async throws -> CreateCardSetupResponse { throw Self.silence }

  func listEvents(_ request: ListEventsRequest, context: ServerContext) async throws -> ListEventsResponse {
    try await lists(request)
  }

  func findRefund(_ request: FindRefundRequest, context: ServerContext) async throws -> FindRefundResponse {
    throw Self.silence
  }
}
