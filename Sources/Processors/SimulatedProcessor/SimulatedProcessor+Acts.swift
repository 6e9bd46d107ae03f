package import Ledger
package import PaymentProcessing

// What cardholders, banks, card networks and people in the processor's dashboard do.
extension SimulatedProcessor {
  /// Simulates the cardholder's consent at the charge's URL.
  package func authenticateCardholder(key: String) throws(ProcessorFailure) {
    let answer = outcome { state in
      state.update(state.books.charges[key]) { status in
        if case .authenticationRequired = status { status = .paid }
      }
    }
    _ = try answer.get()
  }

  /// Simulates the cardholder's consent to the charge with an id. Throws if it does not wait for that.
  package func authenticateCardholder(chargeID id: String) throws(ProcessorFailure) {
    try act { state in
      guard var kept = state.books.charge(id: id), case .authenticationRequired = kept.charge.status else {
        return .failure(.rejected("there is no such charge that waits for its cardholder"))
      }
      kept.charge.status = .paid
      return .success([.charge(kept)] + state.books.disputes(of: kept).map { .dispute($0) })
    }
  }

  /// Simulates a bank's decision about a paid charge, whether it is already disputed or not.
  package func setDispute(ofCharge id: String, to dispute: DisputeState) throws(ProcessorFailure) {
    try act { state in
      guard let kept = state.books.charge(id: id), kept.charge.status == .paid else { return .failure(.noPaidCharge) }
      let id = state.books.disputeID(of: kept.charge)
      let amount = state.books.disputes[id]?.amount ?? kept.charge.amount
      return .success([.dispute(DisputeResult(id: id, chargeID: kept.charge.id, amount: amount, state: dispute))])
    }
  }

  /// Simulates a further dispute of a paid charge, over an amount and in a currency of the bank's choice.
  package func openDispute(ofCharge id: String, amount: Money) throws(ProcessorFailure) {
    try act { state in
      guard let kept = state.books.charge(id: id), kept.charge.status == .paid else { return .failure(.noPaidCharge) }
      let dispute = DisputeID(RandomName.make("dp"))
      let opened = DisputeResult(id: dispute, chargeID: kept.charge.id, amount: amount, state: .opened)
      return .success([.dispute(opened)])
    }
  }

  /// Simulates a bank that returns a completed refund days later.
  package func returnRefund(key: String) throws(ProcessorFailure) {
    try act { state in
      guard var kept = state.books.refunds[key], kept.refund.status == .refunded else {
        return .failure(.rejected("there is no such refund that was made"))
      }
      kept.refund.status = .failed(code: "expired_or_canceled_card")
      return .success([.refund(kept)])
    }
  }

  /// Simulates a refund that is made in the dashboard.
  package func refundElsewhere(chargeID id: String, amount: Money) throws(ProcessorFailure) {
    try act { state in
      guard let rest = state.books.unrefunded(of: id) else { return .failure(.noPaidCharge) }
      guard amount.micros > 0, amount.currency == rest.currency, amount.micros <= rest.micros else {
        return .failure(.rejected("less is left of the charge than is to be given back"))
      }
      let refund = ForeignRefund(id: RandomName.make("re"), chargeID: id, amount: amount, status: .refunded)
      return .success([.foreignRefund(refund)])
    }
  }

  /// Simulates a bank that returns a refund of the dashboard days later.
  package func returnForeignRefund(id: String) throws(ProcessorFailure) {
    try act { state in
      guard var refund = state.books.foreignRefunds[id], refund.status == .refunded else {
        return .failure(.rejected("there is no such refund that was made"))
      }
      refund.status = .failed(code: "expired_or_canceled_card")
      return .success([.foreignRefund(refund)])
    }
  }

  /// Simulates a network that renews an attached card: from now on it is the test card with a name.
  package func updateCard(_ token: PaymentMethodToken, to card: String) throws(ProcessorFailure) {
    try act { state in
      guard TestCard.named(card) != nil, state.books.detachment(of: token) != nil else {
        return .failure(.unknownToken)
      }
      return .success([.cardUpdate(token: token.secret, card: card)])
    }
  }

  /// Simulates the deletion of a wallet's customer in the dashboard, with its cards.
  package func removeCustomer(of walletID: WalletID) throws(ProcessorFailure) {
    try act { _ in .success([.customerRemoval(walletID: walletID.value)]) }
  }

  /// Reports an event whose meaning nobody knows.
  package func report(_ event: UnclassifiedEvent) throws(ProcessorFailure) {
    try act { _ in .success([.unclassified(event)]) }
  }

  private func act(
    _ decide: (borrowing SimulatorState) -> Result<[BookRecord], ProcessorFailure>
  ) throws(ProcessorFailure) {
    let answer = outcome { state -> Result<Void, ProcessorFailure> in
      decide(state).flatMap { records in
        records.allSatisfy { state.keep($0) } ? .success(()) : .failure(.fileFailed)
      }
    }
    try answer.get()
  }
}

extension ProcessorFailure {
  fileprivate static let noPaidCharge = ProcessorFailure.rejected("there is no such charge that was paid")
}
