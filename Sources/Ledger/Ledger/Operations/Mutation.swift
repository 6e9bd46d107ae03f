/// A change of the ledger: validated fields, the data that it needs, a pure decision, and a typed reply.
package protocol Mutation: Hashable, Sendable {
  associatedtype Reply: Hashable, Sendable

  /// The mutation's name in records and remembered refusals, which never changes.
  static var method: Method { get }

  /// Adds the data that has to be loaded before the mutation is decided.
  func addNeeds(to needs: inout Needs)

  /// Decides the mutation, from nothing but the fields, the state and the context. A refusal leaves `state` unchanged.
  func decide(in state: inout LedgerState, as context: DecisionContext) throws(Refusal) -> Reply

  /// The reply that `payload` records; nil if the payload is that of another mutation.
  static func reply(recordedAs payload: RecordPayload) -> Reply?
}

extension Mutation {
  package static func reply(recordedAs payload: RecordPayload) -> Reply? { nil }
}

extension Mutation where Reply: RecordedReply {
  package static func reply(recordedAs payload: RecordPayload) -> Reply? { Reply(payload) }
}

/// A mutation that spends credits. If it is refused for lack of credits, an automatic recharge may start.
package protocol SpendingMutation: Mutation {
  /// Whether the caller waits for an automatic recharge instead of getting a final refusal.
  var waitsForRecharge: Bool { get }

  /// The wallet that pays; nil if the mutation names an object that does not exist.
  func payingWallet(in state: LedgerState) -> WalletID?
}

extension SpendingMutation {
  package var waitsForRecharge: Bool { false }
}

/// The inputs of a decision other than the mutation's fields and the state.
package struct DecisionContext: Sendable {
  package let origin: Origin
  /// The batch's ledger time.
  package let time: LedgerTime
  package let rules: Rules

  package init(origin: Origin, time: LedgerTime, rules: Rules) {
    self.origin = origin
    self.time = time
    self.rules = rules
  }

  /// The same context with another origin.
  func on(behalfOf origin: Origin) -> DecisionContext { DecisionContext(origin: origin, time: time, rules: rules) }
}

/// A mutation with its origin.
package struct Request<Asked: Mutation>: Operation, Hashable {
  package var mutation: Asked
  package var origin: Origin

  package init(_ mutation: Asked, from origin: Origin) {
    self.mutation = mutation
    self.origin = origin
  }

  package func addNeeds(to needs: inout Needs) {
    if let key = origin.idempotencyKey { needs.keys.append(key) }
    mutation.addNeeds(to: &needs)
  }

  package func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> Outcome<Asked.Reply> {
    let context = DecisionContext(origin: origin, time: time, rules: rules)
    do throws(Refusal) {
      if let recorded = try state.outcome(recordedFor: self) { return recorded }
      let first = state.changes.records.count
      let reply = try mutation.decide(in: &state, as: context)
      for index in first..<state.changes.records.count {
        state.advanceAutoRecharge(of: state.changes.records[index].walletID, as: context)
      }
      return Outcome(.success(reply))
    } catch {
      // A refused spend may start an automatic recharge too: an empty wallet is below every threshold.
      var refusal = error
      if refusal.reason == .insufficientCredits {
        if let id = state.recharge(for: mutation, as: context) {
          return Outcome(.failure(state.rechargeInProgress(id)))
        }
        refusal = state.refusal(refusal, advising: mutation, by: rules)
      }
      if refusal.isRemembered { state.remember(refusal, as: context) }
      return Outcome(.failure(refusal))
    }
  }
}
