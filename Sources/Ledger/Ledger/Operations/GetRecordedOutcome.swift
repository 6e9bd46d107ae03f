/// Reads the outcome recorded for a request's key, before work that a replay must not repeat. nil if there is none.
package struct GetRecordedOutcome<Asked: Mutation>: Question {
  package var origin: Origin

  package init(of mutation: Asked.Type = Asked.self, from origin: Origin) { self.origin = origin }

  package func addNeeds(to needs: inout Needs) {
    if let key = origin.idempotencyKey { needs.keys.append(key) }
  }

  package func answer(
    from state: LedgerState,
    as context: QuestionContext
  ) throws(Refusal) -> Outcome<Asked.Reply>? {
    try state.outcome(of: Asked.self, recordedFor: origin)
  }
}

extension LedgerState {
  func outcome<Asked: Mutation>(recordedFor request: Request<Asked>) throws(Refusal) -> Outcome<Asked.Reply>? {
    try outcome(of: Asked.self, recordedFor: request.origin)
  }

  /// The outcome recorded for the origin's key; nil if there is none. Throws if the key was used for another request.
  func outcome<Asked: Mutation>(
    of mutation: Asked.Type,
    recordedFor origin: Origin
  ) throws(Refusal) -> Outcome<Asked.Reply>? {
    guard let key = origin.idempotencyKey, let recorded = recordedOutcomes[key] else { return nil }
    guard recorded.method == origin.method, recorded.fingerprint == origin.fingerprint else {
      throw .idempotencyKeyReused
    }
    let payload: RecordPayload
    switch recorded.body {
    case .refusal(let refusal): return Outcome(.failure(refusal), isReplay: true)
    case .payload(let fixed): payload = fixed
    case .recharge(let id):
      guard let current = recharges[id] else { preconditionFailure("a recorded recharge was not loaded") }
      payload = current.reply.payload
    case .rechargeRefund(let id):
      guard let current = refunds[id] else { preconditionFailure("a recorded refund was not loaded") }
      payload = current.reply.payload
    }
    // Equal methods and fingerprints record equal kinds of payload, unless the ledger was tampered with.
    guard let reply = Asked.reply(recordedAs: payload) else { throw .idempotencyKeyReused }
    return Outcome(.success(reply), isReplay: true)
  }
}

extension Refusal {
  package static var idempotencyKeyReused: Refusal {
    Refusal(
      .idempotencyKeyReused,
      sentence:
        "idempotency_key was used for a different request: repeat that request unchanged, or take a new key for this one"
    )
  }
}
