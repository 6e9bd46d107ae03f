import Testing

/// One requirement on every processor, checked with a separate processor.
package struct ContractClause: Sendable, CustomTestStringConvertible {
  package let name: String
  package let check: @Sendable (ProcessorContract) async throws -> Void

  package var testDescription: String { name }

  package static let all = [
    ContractClause(name: "works for one account") { try await $0.worksForOneAccount() },
    ContractClause(name: "does nothing for another account, or in the other mode") {
      try await $0.doesNothingForAnotherAccount()
    },
    ContractClause(name: "describes cards") { try await $0.describesCards() },
    ContractClause(name: "verifies cards") { try await $0.verifiesCards() },
    ContractClause(name: "begins the setup of a card once for its key") { try await $0.beginsASetupOnce() },
    ContractClause(name: "attaches a card once for its key") { try await $0.attachesOnce() },
    ContractClause(name: "refuses another use of an attachment's key") {
      try await $0.refusesAnotherUseOfAnAttachmentsKey()
    },
    ContractClause(name: "attaches no bad card") { try await $0.attachesNoBadCard() },
    ContractClause(name: "detaches a card for good") { try await $0.detachesForGood() },
    ContractClause(name: "charges once for a key") { try await $0.chargesOnce() },
    ContractClause(name: "finds nothing where there is nothing") { try await $0.findsNothingWhereThereIsNothing() },
    ContractClause(name: "refuses another use of a charge's key") { try await $0.refusesAnotherUseOfAChargesKey() },
    ContractClause(name: "tells keys and wallets apart that differ only in case") {
      try await $0.tellsLetterCaseApart()
    },
    ContractClause(name: "charges once for many who ask at once") { try await $0.chargesOnceForManyAtOnce() },
    ContractClause(name: "declines, and stays with it") { try await $0.declines() },
    ContractClause(name: "waits for the cardholder until the charge is cancelled") {
      try await $0.waitsForTheCardholderUntilCancelled()
    },
    ContractClause(name: "cancels nothing that is final") { try await $0.cancelsNothingThatIsFinal() },
    ContractClause(name: "refunds once for a key") { try await $0.refundsOnce() },
    ContractClause(name: "never refunds more than was charged") { try await $0.neverRefundsTooMuch() },
    ContractClause(name: "refuses another use of a refund's key") { try await $0.refusesAnotherUseOfARefundsKey() },
    ContractClause(name: "refunds only what was paid") { try await $0.refundsOnlyWhatWasPaid() },
    ContractClause(name: "believes no unsigned event") { try await $0.believesNoUnsignedEvent() },
    ContractClause(name: "lists what happened") { try await $0.listsWhatHappened() },
  ]
}
