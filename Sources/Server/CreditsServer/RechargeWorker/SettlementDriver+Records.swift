import Ledger
import Logging

// Recharges and refunds.
extension SettlementDriver {
  /// Takes a record from its intent to its outcome. Returns when the record is final.
  ///
  /// - Parameters:
  /// - isNew: Whether the call for the outcome cannot have been made yet.
  /// - settled: Called after each durable outcome.
  /// - Throws: `CancellationError`. The record then stays open, and the next start resumes it.
  func settle<Record: SettlementRecord>(
    _ kind: Record.Type,
    _ id: Record.ID,
    isNew: Bool,
    settled: (Record.Reply) -> Void
  ) async throws {
    var machine = SettlementMachine<Record>(isNew: isNew)
    var current = CurrentRecord<Record>(id: id)
    try await drive(from: .begun, { machine.handle($0, at: clock()) }) {
      action -> Step<SettlementMachine<Record>.Event, Void> in
      switch action {
      case .read: return .event(.record(try await read(&current)))
      case .call(let call):
        current.latestCall = call
        return .event(.response(await processor.response(to: call)))
      case .commitPreparation(let preparation):
        switch try await Record.commit(preparation, of: id, by: self) {
        case .success(let reply): return .event(.record(current.take(reply)))
        case .failure(let refusal): return .event(.refused(reason: refusal.sentence))
        }
      case .commit(let outcome):
        switch try await commit(outcome, of: current) {
        case .success(let reply): return .event(.record(current.take(reply)))
        case .failure(let refusal): return .event(.refused(reason: refusal.sentence))
        }
      case .wait(let duration):
        try await sleep(duration)
        return .event(.pauseEnded)
      case .report(let report):
        log(report, about: current)
        if report.isOutcome, let reply = current.reply { settled(reply) }
        return .nextAction
      case .finished: return .finished(())
      }
    }
  }

  /// Compares a record with the processor's state, once.
  ///
  /// - Parameter committing: Commits the outcome that the processor's state proves; as the worker unless said otherwise.
  /// - Returns: The conclusion, which is not `failed`, and the ledger's latest reply; nil if the record does not exist.
  /// - Throws: `ProcessorFailure` if the lookup failed; `CancellationError`; for a caller also `LedgerError`.
  func reconcile<Record: SettlementRecord>(
    _ kind: Record.Type,
    _ id: Record.ID,
    _ trigger: ReconciliationMachine<Record>.Trigger,
    committing: ((Record.Outcome) async throws -> Result<Record.Reply, Refusal>)? = nil
  ) async throws -> (ReconciliationMachine<Record>.Conclusion, Record.Reply?) {
    var machine = ReconciliationMachine<Record>(trigger)
    var current = CurrentRecord<Record>(id: id)
    return try await drive(from: .begun, { machine.handle($0) }) { action in
      switch action {
      case .read:
        let record = try await read(&current)
        return .event(.record(record, hasEntry: current.hasEntry))
      case .call(let call): return .event(.response(await processor.response(to: call)))
      case .commit(let outcome):
        let result =
          if let committing { try await committing(outcome) } else { try await commit(outcome, of: current) }
        switch result {
        case .success(let reply):
          let record = current.take(reply)
          return .event(.record(record, hasEntry: current.hasEntry))
        case .failure(let refusal): return .event(.refused(reason: refusal.sentence))
        }
      case .report(let report):
        log(report, about: current)
        return .nextAction
      case .finished(.failed(let failure)): throw failure
      case .finished(let conclusion): return .finished((conclusion, current.reply))
      }
    }
  }

  /// Reads the record from the ledger. Returns nil if it does not exist.
  func read<Record: SettlementRecord>(_ current: inout CurrentRecord<Record>) async throws -> Record? {
    guard let reply = try await outcome(of: Record.reading(current.id), on: current.subject).reply else { return nil }
    return current.take(reply)
  }

  func commit<Record: SettlementRecord>(
    _ outcome: Record.Outcome,
    of current: CurrentRecord<Record>
  ) async throws -> Result<Record.Reply, Refusal> {
    try await commit(
      Record.settling(current.id, outcome),
      result: "\(current.id) \(Record.state(of: outcome).rawValue)",
      on: current.subject
    )
  }

  func log<Record: SettlementRecord>(_ report: SettlementReport, about current: CurrentRecord<Record>) {
    let name = Record.name
    let id: Logger.Metadata = ["\(name)_id": "\(current.id)"].merging(current.record?.moneyMetadata ?? [:]) { $1 }
    let state: Logger.Metadata = current.record.map { ["state": "\($0.state.rawValue)"] } ?? [:]
    switch report {
    case .settled: logger.info("a \(name) has an outcome", metadata: id.merging(state) { $1 })
    case .needsReview: logger.error("a \(name) needs review", metadata: id.merging(state) { $1 })
    case .outcomeUnknown(let reason):
      logger.warning(
        "an outcome is unknown",
        metadata: ["subject": "\(current.subjectOfCall)", "reason": "\(reason)"]
          .merging(current.record?.moneyMetadata ?? [:]) { $1 }
      )
    case .cancellationFailed(let reason):
      logger.warning("a charge could not be cancelled", metadata: id.merging(["reason": "\(reason)"]) { $1 })
    case .contradiction(let reason):
      logger.critical(
        "the processor contradicts a final \(name)",
        metadata: id.merging(["reason": "\(reason)"]) { $1 }
      )
    }
  }
}

/// A record that is being settled, with the ledger's latest reply about it.
struct CurrentRecord<Record: SettlementRecord> {
  let id: Record.ID
  /// The ledger's latest reply; nil if there is none yet.
  private(set) var reply: Record.Reply?
  var latestCall: ProcessorCall?

  init(id: Record.ID) { self.id = id }

  var record: Record? { reply.map { Record.record(in: $0) } }
  var hasEntry: Bool { reply.map { Record.hasEntry($0) } ?? false }

  /// The record's name in the log.
  var subject: String { "\(Record.name) \(id)" }

  /// The name of the latest call's subject in the log.
  var subjectOfCall: String {
    if case .attachCard = latestCall { "the card of \(subject)" } else { subject }
  }

  mutating func take(_ reply: Record.Reply) -> Record {
    self.reply = reply
    return Record.record(in: reply)
  }
}

extension SettlementReport {
  /// Whether an outcome has become durable.
  fileprivate var isOutcome: Bool {
    switch self {
    case .settled, .needsReview: true
    case .outcomeUnknown, .cancellationFailed, .contradiction: false
    }
  }
}
