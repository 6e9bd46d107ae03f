/// Records the processor's account before the first charge, so that a definite answer of another account is never
/// believed. Replies with the account that the ledger's charges belong to, which may be another one.
package struct PinProcessorAccount: Operation {
  package var account: ProcessorAccount

  package init(_ account: ProcessorAccount) { self.account = account }

  package func addNeeds(to needs: inout Needs) { needs.facts = true }

  package func decide(by rules: Rules, in state: inout LedgerState, at time: LedgerTime) -> Outcome<ProcessorAccount> {
    if let known = state.facts.processorAccount { return Outcome(.success(known)) }
    state.append(.processorAccount(account), at: time, sha256: rules.sha256)
    return Outcome(.success(account))
  }
}
