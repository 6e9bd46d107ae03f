package import Ledger
package import PaymentProcessing
import ProcessorAPI
import UnixGRPC
import UnixGRPCProtobuf

/// A payment processor in a process of its own, behind a Unix socket.
///
/// An answer counts only as far as `credits.processor.v1` allows. An answer for another object, a status that is not a
/// definite refusal, a server of another user, and a missing answer are all unknown outcomes.
package final class RemoteProcessor: PaymentProcessor {
  /// The maximum durations of calls.
  package struct Timeouts: Sendable {
    /// For calls with an effect. Banks sometimes take seconds to charge a card.
    package var effect = Duration.seconds(30)
    /// For calls that only read.
    package var lookup = Duration.seconds(10)

    package init() {}
  }

  private typealias Methods = PaymentProcessorServiceMethods

  private let client: GRPCClient
  private let timeouts: Timeouts
  /// Sent with every call but `DescribeAccount`.
  private let metadata: Metadata

  /// Creates a client that connects with the first call, and again after a lost connection.
  ///
  /// - Parameter userID: The user that the processor runs as. Calls to a server of any other user fail.
  package init(socketPath: String, userID: UInt32, timeouts: Timeouts = Timeouts()) {
    var configuration = GRPCClient.Configuration()
    configuration.serverUserID = userID
    // Recharges are rare, and a bank takes longer than any wake-up.
    configuration.busyPolling = .off
    client = GRPCClient(socketPath: socketPath, configuration: configuration)
    self.timeouts = timeouts
    metadata = Metadata()
  }

  private init(_ client: GRPCClient, _ timeouts: Timeouts, _ account: ProcessorAccount) {
    self.client = client
    self.timeouts = timeouts
    metadata = AccountMetadata.metadata(naming: account)
  }

  /// Waits for open calls, refuses new ones, and closes the connection.
  package func close() async { await client.close() }

  package var session: Int { client.connectionCount }

  // MARK: The account

  package func describeAccount() async throws(ProcessorFailure) -> ProcessorAccount {
    let response = try await call(Methods.describeAccount, DescribeAccountRequest(), timeouts.lookup, [])
    return try read { () throws(FieldError) in try ProcessorAccount(response) }
  }

  /// Returns the processor on the same connection. The server compares the account, which may change with its process.
  package func bound(to account: ProcessorAccount) -> any PaymentProcessor {
    RemoteProcessor(client, timeouts, account)
  }

  // MARK: Cards

  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Ledger.Card {
    let request = DescribePaymentMethodRequest(paymentMethodToken: token.secret)
    let response = try await call(Methods.describePaymentMethod, request, timeouts.lookup, [token.secret])
    return try read { () throws(FieldError) in try Ledger.Card(response.card) }
  }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) -> Ledger.Card {
    let request = VerifyPaymentMethodRequest(paymentMethodToken: token.secret)
    let response = try await call(Methods.verifyPaymentMethod, request, timeouts.effect, [token.secret])
    switch response.outcome {
    case .card(let card): return try read { () throws(FieldError) in try Ledger.Card(card) }
    case .decline(let decline): throw try declined(decline)
    case nil: throw .outcomeUnknown("the processor answered nothing")
    }
  }

  package func createCardSetup(_ request: CardSetupRequest) async throws(ProcessorFailure) -> CardSetup {
    let response = try await call(Methods.createCardSetup, request.message, timeouts.effect, [request.key])
    return try read { () throws(FieldError) in try CardSetup(response) }
  }

  package func attachCard(_ request: AttachRequest) async throws(ProcessorFailure) -> CardAttachment {
    let secrets = [request.key, request.token.secret] + request.billing.secrets
    let response = try await call(Methods.attachPaymentMethod, request.message, timeouts.effect, secrets)
    switch response.outcome {
    case .paymentMethod(let attached): return try read { () throws(FieldError) in try CardAttachment(attached) }
    case .decline(let decline): throw try declined(decline)
    case nil: throw .outcomeUnknown("the processor answered nothing")
    }
  }

  package func detachCard(_ token: PaymentMethodToken) async throws(ProcessorFailure) {
    let request = DetachPaymentMethodRequest(paymentMethodToken: token.secret)
    do throws(ProcessorFailure) {
      _ = try await call(Methods.detachPaymentMethod, request, timeouts.effect, [token.secret])
    } catch {
      guard error == .unknownToken else { throw error }
    }
  }

  private func declined(_ decline: Decline) throws(ProcessorFailure) -> ProcessorFailure {
    try read { () throws(FieldError) in .cardDeclined(code: try FieldError.code(decline.code, "decline.code")) }
  }

  // MARK: Charges

  package func createCharge(_ request: ChargeRequest) async throws(ProcessorFailure) -> ChargeResult {
    var secrets = [request.key, request.token.secret]
    if let billing = request.billing { secrets += billing.secrets }
    let response = try await call(Methods.createCharge, request.message, timeouts.effect, secrets)
    guard let charge = try self.charge(response.charge), charge.rechargeID == request.rechargeID,
      charge.amount == request.amount
    else { throw .outcomeUnknown("the processor answered with another charge") }
    return charge
  }

  package func findCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    let request = FindChargeRequest(by: .idempotencyKey(key))
    return try charge(try await call(Methods.findCharge, request, timeouts.lookup, [key]).charge)
  }

  package func findCharge(id: String) async throws(ProcessorFailure) -> ChargeResult? {
    let request = FindChargeRequest(by: .chargeID(id))
    guard let charge = try charge(try await call(Methods.findCharge, request, timeouts.lookup, []).charge) else {
      return nil
    }
    guard charge.id == id else { throw .outcomeUnknown("the processor answered with another charge") }
    return charge
  }

  package func cancelCharge(key: String) async throws(ProcessorFailure) -> ChargeResult? {
    let request = CancelChargeRequest(idempotencyKey: key)
    return try charge(try await call(Methods.cancelCharge, request, timeouts.effect, [key]).charge)
  }

  private func charge(_ message: ProcessorAPI.Charge?) throws(ProcessorFailure) -> ChargeResult? {
    guard let message else { return nil }
    return try read { () throws(FieldError) in try ChargeResult(message) }
  }

  // MARK: Refunds

  package func refundCharge(_ request: RefundRequest) async throws(ProcessorFailure) -> RefundResult {
    let response = try await call(Methods.createRefund, request.message, timeouts.effect, [request.key])
    guard let refund = try self.refund(response.refund), refund.key == request.key,
      refund.chargeID == request.chargeID, refund.amount == request.amount
    else { throw .outcomeUnknown("the processor answered with another refund") }
    return refund
  }

  package func findRefund(key: String, chargeID: String) async throws(ProcessorFailure) -> RefundResult? {
    let request = FindRefundRequest(idempotencyKey: key, chargeID: chargeID)
    guard let refund = try refund(try await call(Methods.findRefund, request, timeouts.lookup, [key]).refund) else {
      return nil
    }
    guard refund.key == key, refund.chargeID == chargeID else {
      throw .outcomeUnknown("the processor answered with another refund")
    }
    return refund
  }

  private func refund(_ message: ProcessorAPI.Refund?) throws(ProcessorFailure) -> RefundResult? {
    guard let message else { return nil }
    return try read { () throws(FieldError) in try RefundResult(message) }
  }

  // MARK: Events

  package func parseEvent(payload: [UInt8], signature: String) async throws(EventFailure) -> ProcessorEvent {
    let request = ParseEventRequest(payload: payload, signature: signature)
    let response: ParseEventResponse
    do {
      let options = CallOptions(timeout: timeouts.lookup, metadata: metadata)
      response = try await client.unary(Methods.parseEvent, request, options: options).message
    } catch let status as GRPCStatus {
      throw EventFailure(status, secrets: [signature])
    } catch {
      throw .unavailable("the call failed")
    }
    do throws(FieldError) {
      return try ProcessorEvent(response.event)
    } catch {
      throw .unavailable(Self.sentence(error))
    }
  }

  package func listEvents(after cursor: String?, limit: Int) async throws(ProcessorFailure) -> ProcessorEventPage {
    let request = ListEventsRequest(cursor: cursor ?? "", pageSize: Int32(clamping: limit))
    let response = try await call(Methods.listEvents, request, timeouts.effect, [])
    return try read { () throws(FieldError) in try ProcessorEventPage(response) }
  }

  // MARK: Calls

  /// - Parameter secrets: The parts of the request that no error text may repeat.
  private func call<Request, Response>(
    _ method: TypedMethod<Unary, Request, Response>,
    _ request: Request,
    _ timeout: Duration,
    _ secrets: [String]
  ) async throws(ProcessorFailure) -> Response {
    do {
      let options = CallOptions(timeout: timeout, metadata: metadata)
      return try await client.unary(method, request, options: options).message
    } catch let status as GRPCStatus {
      throw ProcessorFailure(status, secrets: secrets)
    } catch {
      throw .outcomeUnknown("the call failed")
    }
  }

  private func read<Value>(_ body: () throws(FieldError) -> Value) throws(ProcessorFailure) -> Value {
    do throws(FieldError) {
      return try body()
    } catch {
      throw .outcomeUnknown(Self.sentence(error))
    }
  }

  private static func sentence(_ error: FieldError) -> String {
    "the processor's answer cannot be used: \(error.field) \(error.description)"
  }
}
