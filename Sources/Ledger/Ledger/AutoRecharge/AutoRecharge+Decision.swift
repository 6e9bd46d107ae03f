extension AutoRecharge {
  /// The next step of a wallet's automatic recharges.
  package enum Decision: Hashable, Sendable {
    case nothing
    case fire
    /// A phase has ended, and no recharge is due.
    case rearm
    /// A recharge is due, but would exceed the monthly limit.
    case meetLimit
    /// The wallet has no card to charge.
    case suspend
  }

  /// Evaluated with every command that may have made a recharge due.
  func decision(for account: Account, at time: LedgerTime) -> Decision {
    guard isEnabled, phase.rechargeID == nil else { return .nothing }
    if case .suspended = phase { return .nothing }
    guard account.defaultPaymentMethod != nil else { return .suspend }
    if let end = phase.end, end > time { return .nothing }
    let wallet = account.wallet
    // While another recharge has the slot or is in review, nothing is due: the decision is made again when that one ends.
    guard wallet.state == .active, account.admitsAutomaticRecharge, wallet.available.micros < terms.threshold.micros,
      wallet.posted(after: terms.amount.micros) != nil
    else { return phase.end == nil ? .nothing : .rearm }
    if let limit = terms.monthlyLimit {
      let (reserved, overflow) = reserved(in: CalendarMonth(of: time)).addingReportingOverflow(terms.amount.micros)
      if overflow || reserved > limit.micros { return .meetLimit }
    }
    return .fire
  }
}
