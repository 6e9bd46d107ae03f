import CreditsAPI
import CreditsClient
import Foundation
import Ledger
import ProtobufC
import Testing
import UnixGRPC

@Suite("A ledger of an earlier version", .timeLimit(.minutes(5)))
struct OldLedgerTests {
  private let directory: TestDirectory

  init() throws { directory = try TestDirectory() }

  private func ledger(ofVersion version: Int) throws -> OldLedger {
    let old = try OldLedger(version: version)
    try old.copy(to: directory)
    return old
  }

  /// A query for the values of a column, and the set of all possible values.
  struct Column: CustomTestStringConvertible {
    let query: String
    let values: Set<String>

    init(_ query: String, _ values: some Sequence<String>) {
      self.query = query
      self.values = Set(values)
    }

    var testDescription: String { query }
  }

  /// Every reason that is final for its key.
  static let finalReasons = [
    "AUTO_RECHARGE_DISABLED", "ENTRY_NOT_REFUNDABLE", "HOLD_RESOLVED", "INSUFFICIENT_CREDITS", "NOT_IN_REVIEW",
    "PAYMENT_DECLINED", "PAYMENT_METHOD_LIMIT", "PAYMENT_METHOD_REQUIRED", "PROCESSOR_CHARGE_TAKEN",
    "PROCESSOR_REFUND_TAKEN", "RECHARGE_NOT_REFUNDABLE", "REFUND_EXCEEDS_CHARGE", "REFUND_EXCEEDS_RECHARGE",
    "REFUND_LIMIT", "SHORTFALL_LIMIT", "WALLET_CLOSED", "WALLET_EXISTS", "WALLET_FROZEN", "WALLET_NOT_EMPTY",
    "WALLET_NOT_FROZEN",
  ]

  /// Kinds of records and methods that came after version 4.
  static let newerKinds: Set = [
    "RECHARGE_REFUND_FOUND", "PAYMENT_METHOD_UPDATED", "PAYMENT_METHOD_INVALIDATED", "WRITE_OFF", "CORRECTION",
    "OPENING_BALANCE", "BILLING_DETAILS_UPDATED",
  ]
  static let newerAccounts: Set = ["WRITE_OFFS", "CORRECTIONS", "OPENING_BALANCES"]
  static let newerMethods: Set = [
    "UpdatePaymentMethod", "InvalidatePaymentMethod", "RecordFoundRefund", "CancelRecharge", "AdjustBalance",
    "UpdateBillingDetails",
  ]

  @Test(
    "holds every kind of record, of remembered refusal and of open matter",
    arguments: OldLedger.versions,
    [
      Column(
        "SELECT DISTINCT kind FROM journal",
        RecordKind.allCases.map(\.rawValue).filter { !newerKinds.contains($0) }
      ),
      Column(
        "SELECT DISTINCT method FROM journal",
        Ledger.Method.allCases.map(\.rawValue).filter { !newerMethods.contains($0) }
      ),
      Column("SELECT DISTINCT reason FROM journal WHERE reason IS NOT NULL", ChargeReason.allCases.map(\.rawValue)),
      Column(
        "SELECT DISTINCT counter_account FROM journal WHERE amount != 0",
        CounterAccount.allCases.map(\.rawValue).filter { !newerAccounts.contains($0) }
      ),
      Column("SELECT DISTINCT reason FROM refusal", finalReasons),
      Column("SELECT DISTINCT state FROM balance", WalletState.allCases.map(\.rawValue)),
      Column("SELECT DISTINCT state FROM hold", HoldState.allCases.map(\.rawValue)),
      Column("SELECT DISTINCT state FROM recharge", RechargeState.allCases.map(\.rawValue)),
      Column("SELECT DISTINCT purpose FROM recharge", RechargePurpose.allCases.map(\.rawValue)),
      Column("SELECT DISTINCT state FROM recharge_refund", RechargeRefundState.allCases.map(\.rawValue)),
      Column("SELECT DISTINCT state FROM dispute", DisputeState.allCases.map(\.rawValue)),
      Column("SELECT DISTINCT state FROM payment_method", PaymentMethodState.allCases.map(\.rawValue)),
      Column("SELECT DISTINCT phase FROM auto_recharge", AutoRecharge.PhaseName.allCases.map(\.rawValue)),
    ]
  )
  func isComplete(version: Int, column: Column) throws {
    _ = try ledger(ofVersion: version)
    #expect(Set(try OldLedger.column(column.query, in: directory)) == column.values)
  }

  @Test(
    "opens with the same digest, replays every response, and returns every wallet and change as before",
    arguments: OldLedger.versions
  )
  func reads(version: Int) async throws {
    let old = try ledger(ofVersion: version)
    // No processor listens there, so nothing is settled.
    let daemon = try old.daemon(in: directory, processor: ["--processor", "unix:\(directory.path("nobody.sock"))"])
    let credits = try await daemon.client()
    try await expectUnchanged(old, credits)
    #expect(Set(try old.calls.compactMap { try $0.refusal()?.reason }) == Set(Self.finalReasons))
    let client = GRPCClient(socketPath: daemon.socketPath)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for call in old.calls { group.addTask { try await Self.expectReplay(of: call, by: client) } }
      for query in old.queries { group.addTask { try await Self.expectResponses(to: query, by: client) } }
      try await group.waitForAll()
    }
    try await expectUnchanged(old, credits)
    await client.close()
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  private func expectUnchanged(_ old: OldLedger, _ credits: CreditsClient) async throws {
    let verdict = try await credits.ledger.verify()
    #expect(verdict.sound, "\(verdict.flaws)")
    #expect(verdict.digest == old.facts.digest)
    #expect(verdict.recordCount == old.facts.recordCount && verdict.refusalCount == old.facts.refusalCount)
    #expect(verdict.walletCount == old.facts.walletCount)
  }

  private static func expectReplay(of call: OldLedger.Call, by client: GRPCClient) async throws {
    do {
      let answer = try await unary(call.method, call.request, by: client)
      let response = try call.response.map { try OlderResponse(Array($0), to: call.method).text }
      #expect(try OlderResponse(answer.message, to: call.method).text == response, "\(call.method) has another answer")
      #expect(answer.trailingMetadata["replayed"] == "true", "\(call.method) had an effect")
    } catch let status as GRPCStatus {
      #expect(try OldLedger.Refusal(status) == call.refusal(), "\(call.method): \(status)")
    }
  }

  /// Makes a call, again if its deadline passes. A call that waits for the silent processor is answered only shortly
  /// before its deadline, which can be too late on a busy machine.
  private static func unary(_ method: String, _ request: Data, by client: GRPCClient) async throws -> UnaryResponse {
    while true {
      do {
        return try await client.unary(name(method), Array(request), options: CallOptions(timeout: .seconds(5)))
      } catch let status as GRPCStatus where status.code == .deadlineExceeded {
        continue
      }
    }
  }

  private static func expectResponses(to query: OldLedger.Query, by client: GRPCClient) async throws {
    let call = try await client.startCall(name(query.method))
    defer { call.cancel() }
    try await call.send(Array(query.request))
    call.finishSending()
    var responses: [[UInt8]] = []
    for try await response in call.responses {
      responses.append(response)
      // Watches never end by themselves.
      if responses.count == query.responses.count { break }
    }
    let texts = try responses.map { try OlderResponse($0, to: query.method).text }
    let expected = try query.responses.map { try OlderResponse(Array($0), to: query.method).text }
    #expect(texts == expected, "\(query.method) has other responses")
  }

  private static func name(_ method: String) -> MethodName {
    let parts = method.split(separator: "/").map(String.init)
    return MethodName(service: parts[0], method: parts[1])
  }
}
