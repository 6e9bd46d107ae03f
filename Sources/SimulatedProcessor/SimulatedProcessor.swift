import Ledger
import PaymentProcessing
import Synchronization

/// A payment processor that charges nobody. It remembers its charges in a file, and keeps its word on idempotency keys
/// across restarts as a real one does: the same key is the same charge, and with other fields it is refused.
package final class SimulatedProcessor: PaymentProcessor {
  private struct State: ~Copyable {
    /// nil once closed.
    var log: ChargeLog?
    var lines: [String: ChargeLog.Line]
    /// Keys whose first attempt has met its card's fault.
    var faulted: Set<String> = []

    func append(_ line: ChargeLog.Line) -> Bool {
      switch log {
      case .some(let log): log.append(line)
      case .none: false
      }
    }
  }

  private let state: Mutex<State>
  private let receives: RequestHook

  /// Runs before every request, so that a test can hold one back or break it.
  package typealias RequestHook = @Sendable (_ request: String) async throws(ProcessorError) -> Void

  /// - Parameter path: The file of charges; made if it is missing. No two processors share one.
  package init(path: String, receives: @escaping RequestHook = { _ in }) throws {
    var lines: [String: ChargeLog.Line] = [:]
    let log = try ChargeLog(path: path) { lines[$0.key] = $0 }
    state = Mutex(State(log: log, lines: lines))
    self.receives = receives
  }

  package func describeCard(_ token: PaymentMethodToken) async throws(ProcessorError) -> Card {
    try await receives("describe")
    guard let test = TestCard.named(token) else { throw .unknownToken }
    return test.card
  }

  package func verifyCard(_ token: PaymentMethodToken) async throws(ProcessorError) -> Card {
    try await receives("verify")
    guard let test = TestCard.named(token) else { throw .unknownToken }
    if case .declined(let code) = test.status { throw .cardDeclined(code: code) }
    return test.card
  }

  package func createCharge(_ request: ChargeRequest) async throws(ProcessorError) -> ProcessorCharge {
    try await receives("charge")
    guard let test = TestCard.named(request.token) else { throw .unknownToken }
    let result = state.withLock { state -> Result<ProcessorCharge, ProcessorError> in
      let fault = state.faulted.insert(request.key).inserted ? test.fault : nil
      switch fault {
      case .timeOutBeforeEffect: return .failure(.outcomeUnknown("timed out"))
      case .serverError: return .failure(.outcomeUnknown("503"))
      case .rateLimited: return .failure(.outcomeUnknown("429"))
      case .timeOutAfterEffect, nil: break
      }
      let charge = Self.charge(for: request, on: test, in: &state)
      return fault == .timeOutAfterEffect ? .failure(.outcomeUnknown("timed out")) : charge
    }
    return try result.get()
  }

  package func findCharge(key: String) async throws(ProcessorError) -> ProcessorCharge? {
    try await receives("find")
    return state.withLock { $0.lines[key]?.charge }
  }

  package func cancelCharge(key: String) async throws(ProcessorError) -> ProcessorCharge? {
    try await receives("cancel")
    return try update(key) { charge in
      if case .authenticationRequired = charge.status { charge.status = .cancelled }
    }
  }

  /// What the cardholder does at the charge's URL.
  package func authenticateCardholder(key: String) throws(ProcessorError) {
    _ = try update(key) { charge in
      if case .authenticationRequired = charge.status { charge.status = .paid }
    }
  }

  /// Gives the file up. Later charges fail.
  package func close() { state.withLock { $0.log = nil } }

  /// How many cards were charged.
  package var paidCharges: Int { state.withLock { $0.lines.values.count { $0.charge.status == .paid } } }

  private static func charge(
    for request: ChargeRequest,
    on test: TestCard,
    in state: inout State
  ) -> Result<ProcessorCharge, ProcessorError> {
    let fields = "\(request.amount.micros) \(request.amount.currency) \(request.rechargeID) \(request.token.secret)"
    if let known = state.lines[request.key] {
      guard known.request == fields else { return .failure(.rejected("the key was used for another charge")) }
      return .success(known.charge)
    }
    let id = "ch_sim_\(request.key)"
    var status = test.status
    if case .authenticationRequired = status {
      status = .authenticationRequired(url: "https://processor.invalid/\(id)")
    }
    let charge = ProcessorCharge(id: id, rechargeID: request.rechargeID, amount: request.amount, status: status)
    let line = ChargeLog.Line(key: request.key, request: fields, charge: charge)
    guard state.append(line) else { return .failure(.outcomeUnknown("the processor's file failed")) }
    state.lines[request.key] = line
    return .success(charge)
  }

  private func update(
    _ key: String,
    _ change: (inout ProcessorCharge) -> Void
  ) throws(ProcessorError) -> ProcessorCharge? {
    let result = state.withLock { state -> Result<ProcessorCharge?, ProcessorError> in
      guard var line = state.lines[key] else { return .success(nil) }
      let before = line.charge
      change(&line.charge)
      guard line.charge != before else { return .success(before) }
      guard state.append(line) else { return .failure(.outcomeUnknown("the processor's file failed")) }
      state.lines[key] = line
      return .success(line.charge)
    }
    return try result.get()
  }
}
