extension AutoRecharge {
  /// The name of a phase. The journal and the store keep the raw values.
  package enum PhaseName: String, Hashable, Sendable, CaseIterable {
    case armed = "ARMED"
    case charging = "CHARGING"
    case actionRequired = "ACTION_REQUIRED"
    case reconciling = "RECONCILING"
    case cooldown = "COOLDOWN"
    case backoff = "BACKOFF"
    case suspended = "SUSPENDED"
    case limitReached = "LIMIT_REACHED"
  }

  /// A phase in parts, as the journal and the store keep it.
  package struct PhaseRecord: Hashable, Sendable {
    package var name: PhaseName
    /// The id of the recharge that the phase waits for, or the code of the decline that led to it.
    package var detail: String?
    /// When the phase ends, or when a suspension began.
    package var time: LedgerTime?

    package init(name: PhaseName, detail: String? = nil, time: LedgerTime? = nil) {
      self.name = name
      self.detail = detail
      self.time = time
    }

    package init(_ phase: Phase) {
      switch phase {
      case .armed: self.init(name: .armed)
      case .charging(let id): self.init(name: .charging, detail: id.value)
      case .actionRequired(let id): self.init(name: .actionRequired, detail: id.value)
      case .reconciling(let id): self.init(name: .reconciling, detail: id.value)
      case .cooldown(let until): self.init(name: .cooldown, time: until)
      case .backoff(let until, let code): self.init(name: .backoff, detail: code, time: until)
      case .suspended(let since, let code): self.init(name: .suspended, detail: code, time: since)
      case .limitReached(let until): self.init(name: .limitReached, time: until)
      }
    }

    /// nil if a part that the phase needs is missing.
    package var phase: Phase? {
      switch (name, detail, time) {
      case (.armed, _, _): .armed
      case (.charging, let id?, _): .charging(RechargeID(id))
      case (.actionRequired, let id?, _): .actionRequired(RechargeID(id))
      case (.reconciling, let id?, _): .reconciling(RechargeID(id))
      case (.cooldown, _, let until?): .cooldown(until: until)
      case (.backoff, let code?, let until?): .backoff(until: until, code: code)
      case (.suspended, let code?, let since?): .suspended(since: since, code: code)
      case (.limitReached, _, let until?): .limitReached(until: until)
      case (.charging, nil, _), (.actionRequired, nil, _), (.reconciling, nil, _), (.cooldown, _, nil),
        (.backoff, _, _), (.suspended, _, _), (.limitReached, _, nil):
        nil
      }
    }
  }
}
