extension AutoRecharge {
  /// What a wallet's automatic recharges have to do now.
  package enum Decision: Hashable, Sendable {
    case nothing
    case fire
    /// A phase has ended; nothing more.
    case rearm
    /// It would fire, were it not for the month's limit.
    case meetLimit
    /// There is no card to fire with.
    case suspend
  }

  /// Taken with every command that may have made it due.
  func decision(for account: Account, at time: LedgerTime) -> Decision {
    guard isEnabled, phase.rechargeID == nil else { return .nothing }
    if case .suspended = phase { return .nothing }
    guard account.defaultPaymentMethod != nil else { return .suspend }
    if let end = phase.end, end > time { return .nothing }
    let wallet = account.wallet
    // With the slot taken, what becomes of that recharge decides anew.
    guard wallet.state == .active, account.openRecharge == nil, wallet.available.micros < terms.threshold.micros,
      wallet.posted(after: terms.amount.micros) != nil
    else { return phase.end == nil ? .nothing : .rearm }
    if let limit = terms.monthlyLimit {
      let (reserved, overflow) = reserved(in: CalendarMonth(of: time)).addingReportingOverflow(terms.amount.micros)
      if overflow || reserved > limit.micros { return .meetLimit }
    }
    return .fire
  }
}
