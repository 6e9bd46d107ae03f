package import Ledger

/// An operation of any type, for scripts and random runs that mix them.
package struct Command: Operation {
  private let operation: any Operation
  /// nil for a question.
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

  /// Asks what is recorded for a mutation's key; the reply is a `CommandOutcome`. nil for a question.
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

/// Asks for the recorded outcome of a mutation, whatever its type. Refused where nothing is recorded.
private struct RecordedOutcomeOf<Asked: Mutation>: Operation {
  let question: GetRecordedOutcome<Asked>

  func addNeeds(to needs: inout Needs) { question.addNeeds(to: &needs) }

  func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> Outcome<CommandOutcome> {
    let outcome = question.decide(by: rules, in: &state, at: time)
    guard let recorded = outcome.reply ?? nil else { return Outcome(.failure(.idempotencyKeyRequired)) }
    return Outcome(.success(CommandOutcome(recorded)))
  }
}

/// A reply of any type.
package struct AnyReply: Hashable, Sendable {
  fileprivate let value: any Hashable & Sendable

  package static func == (left: AnyReply, right: AnyReply) -> Bool {
    AnyHashable(left.value) == AnyHashable(right.value)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(value)) }
}

/// What a command came to.
package typealias CommandOutcome = Outcome<AnyReply>

extension Outcome where Reply == AnyReply {
  package init<Decided>(_ outcome: Outcome<Decided>) {
    self.init(outcome.result.map { AnyReply(value: $0) }, isReplay: outcome.isReplay)
  }

  package func reply<Wanted>(as type: Wanted.Type) -> Wanted? { reply?.value as? Wanted }

  /// What a record keeps of the reply; nil for refusals and for answers that are never recorded.
  package var payload: RecordPayload? { (reply?.value as? any RecordedReply)?.payload }

  package var wallet: Wallet? { payload?.wallet }
  package var entry: Entry? { payload?.entry }
  package var hold: Hold? { payload?.hold }
  package var recharge: Recharge? { payload?.recharge }
  package var rechargeRefund: RechargeRefund? { payload?.rechargeRefund }

  /// The same outcome, as a later request with the same key gets it.
  package var asReplay: CommandOutcome { CommandOutcome(result, isReplay: true) }

  /// Whether the outcome stays as it is under its key.
  package var isFinal: Bool { refusal?.isRemembered ?? recharge?.state.isTerminal ?? true }

  /// What the ledger keeps of the outcome.
  package var canonicalBytes: [UInt8] { refusal?.canonicalBytes ?? payload?.canonicalBytes ?? [] }
}
