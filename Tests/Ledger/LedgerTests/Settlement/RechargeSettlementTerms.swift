import Ledger

private typealias Records = SettlementSubjects

/// The events of the table of a recharge's settlement.
extension SettlementMachine<Recharge>.Event {
  static let missing = record(nil)
  static let unattached = record(Records.recharge(isAttached: false))
  static let open = record(Records.recharge())
  static let awaiting = record(Records.recharge(.authenticationRequired))
  static let paid = record(Records.recharge(.paid))
  static let failed = record(Records.recharge(.failed))
  static let inReview = record(Records.recharge(.needsReview))
  static let refused = refused(reason: "recharge rch_1 is PAID")

  static let chargeProcessing = response(.charge(Records.charge(.processing)))
  static let chargePaid = response(.charge(Records.charge(.paid)))
  static let chargeDeclined = response(.charge(Records.charge(.declined(code: "stolen_card"))))
  static let chargeWaits = response(.charge(Records.charge(.authenticationRequired(url: "https://bank"))))
  static let chargeCancelled = response(.charge(Records.charge(.cancelled)))
  static let anotherCharge = response(.charge(Records.charge(.paid, of: "rch_2")))
  static let anotherAmount = response(.charge(Records.charge(.paid, amount: usd(11))))
  static let attached = response(.attached(Records.attachment))
  static let detached = response(.detached)
  static let refund = response(.refund(Records.refund(.refunded)))
  static let notFound = response(.notFound)
  static let unknownToken = response(.failure(.unknownToken))
  static let cardDeclined = response(.failure(.cardDeclined(code: "do_not_honor")))
  static let rejected = response(.failure(.rejected("amount_too_large")))
  static let timeOut = response(.failure(.outcomeUnknown("timed out")))
}

/// The outcomes and actions of the table.
extension RechargeSettlementTableTests {
  static let paid = Settlement.paid(processorChargeID: "ch_1")
  static let declined = Settlement.declined(processorChargeID: "ch_1", code: "stolen_card")
  static let waits = Settlement.authenticationRequired(
    processorChargeID: "ch_1",
    nextActionURL: "https://bank"
  )
  static let cancelled = failed(
    "the cardholder has not authenticated, and the charge was cancelled",
    charge: "ch_1"
  )
  static let unknownToken = failed("the processor does not know the card, or no longer")
  static let cardDeclined = Settlement.declined(processorChargeID: nil, code: "do_not_honor")
  static let rejected = failed("amount_too_large")

  static func failed(_ explanation: String, charge: String? = nil) -> Settlement {
    .failed(processorChargeID: charge, explanation: explanation)
  }

  static let uncertainAge =
    "the host's clock is behind ledger time, so that the age of the key is not certain: it is not sent again"

  static func review(_ explanation: String) -> [SettlementMachine<Recharge>.Action] {
    [.commit(.needsReview(explanation: explanation))]
  }

  static let toCalling: [SettlementMachine<Recharge>.Event] = [.begun, .open]
  static let toPausing = toCalling + [.timeOut]
  static let toAwaiting: [SettlementMachine<Recharge>.Event] = [.begun, .awaiting]
  static let toReview: [SettlementMachine<Recharge>.Event] = [.begun, .inReview]

  /// The transitions of definite responses, in every state that awaits one.
  static let outcomes: [(events: [SettlementMachine<Recharge>.Event], actions: [SettlementMachine<Recharge>.Action])] =
    [
      ([.chargePaid], [.commit(paid)]),
      ([.chargeDeclined], [.commit(declined)]),
      ([.chargeCancelled], [.commit(cancelled)]),
    ]

  /// The transition of a record that has its outcome or does not exist.
  static let closed: (events: [SettlementMachine<Recharge>.Event], actions: [SettlementMachine<Recharge>.Action]) = (
    [.missing, .paid, .failed], [.finished]
  )

  /// The transition of a record that is read in review.
  static let reviewed: (events: [SettlementMachine<Recharge>.Event], actions: [SettlementMachine<Recharge>.Action]) = (
    [.inReview], [.call(.findTheCharge)]
  )

  static let notPrepared = failed(
    "the processor could not be asked about the card for an hour; it was not charged"
  )

  static func refusedAgain(_ reason: String) -> [SettlementMachine<Recharge>.Action] {
    review("refused after an attempt whose outcome is unknown: \(reason)")
  }

  static func uncancelled(_ reason: String) -> [SettlementMachine<Recharge>.Action] {
    [.report(.cancellationFailed(reason: reason))]
      + review("not authenticated in an hour, and not cancelled: \(reason)")
  }
}
