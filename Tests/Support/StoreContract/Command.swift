package import Ledger

/// A type-erased operation, for scripts and random runs that mix types.
package struct Command: Operation {
  private let operation: any Operation
  /// The mutation's origin; nil for a query.
  package let origin: Origin?
  private let lookup: (any Operation)?

  package static func mutate<Asked: Mutation>(_ mutation: Asked, _ origin: Origin) -> Command {
    Command(
      operation: Ledger.Request(mutation, from: origin),
      origin: origin,
      lookup: RecordedOutcomeOf<Asked>(question: GetRecordedOutcome(from: origin))
    )
  }

  package static func ask(_ question: some Question) -> Command {
    Command(operation: question, origin: nil, lookup: nil)
  }

  /// A query for the outcome recorded under a mutation's key, whose reply is a `CommandOutcome`; nil for a query.
  package var recorded: Command? { lookup.map { Command(operation: $0, origin: nil, lookup: nil) } }

  package func addNeeds(to needs: inout Needs) { operation.addNeeds(to: &needs) }

  package func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> CommandOutcome {
    outcome(of: operation, by: rules, in: &state, at: time)
  }

  private func outcome(
    of operation: some Operation,
    by rules: Rules,
    in state: inout LedgerState,
    at time: LedgerTime
  ) -> CommandOutcome {
    CommandOutcome(operation.decide(by: rules, in: &state, at: time))
  }
}

/// Queries the recorded outcome of a mutation of any type. Refused if none is recorded.
private struct RecordedOutcomeOf<Asked: Mutation>: Operation {
  let question: GetRecordedOutcome<Asked>

  func addNeeds(to needs: inout Needs) { question.addNeeds(to: &needs) }

  func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> Outcome<CommandOutcome> {
    let outcome = question.decide(by: rules, in: &state, at: time)
    guard let recorded = outcome.reply ?? nil else { return Outcome(.failure(.idempotencyKeyRequired)) }
    return Outcome(.success(CommandOutcome(recorded)))
  }
}

/// A type-erased reply.
package struct AnyReply: Hashable, Sendable {
  fileprivate let value: any Hashable & Sendable

  package static func == (left: AnyReply, right: AnyReply) -> Bool {
    AnyHashable(left.value) == AnyHashable(right.value)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(value)) }
}

/// The outcome of a command.
package typealias CommandOutcome = Outcome<AnyReply>

extension Outcome where Reply == AnyReply {
  package init<Decided>(_ outcome: Outcome<Decided>) {
    self.init(outcome.result.map { AnyReply(value: $0) }, isReplay: outcome.isReplay)
  }

  package func reply<Wanted>(as type: Wanted.Type) -> Wanted? { reply?.value as? Wanted }

  /// The part of the reply that a record stores; nil for refusals and for replies that are never recorded.
  package var payload: RecordPayload? { (reply?.value as? any RecordedReply)?.payload }

  package var wallet: Wallet? { payload?.wallet }
  package var entry: Entry? { payload?.entry }
  package var hold: Hold? { payload?.hold }
  package var recharge: Recharge? { payload?.recharge }
  package var rechargeRefund: RechargeRefund? { payload?.rechargeRefund }

  /// The outcome as replayed to a later request with the same key.
  package var asReplay: CommandOutcome { CommandOutcome(result, isReplay: true) }

  /// Whether the outcome is final for its key.
  package var isFinal: Bool { refusal?.isRemembered ?? recharge?.state.isTerminal ?? true }

  /// The bytes that the ledger stores of the outcome.
  package var canonicalBytes: [UInt8] { refusal?.canonicalBytes ?? payload?.canonicalBytes ?? [] }
}
