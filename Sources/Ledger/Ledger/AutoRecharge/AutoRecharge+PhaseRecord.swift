extension AutoRecharge {
  /// The raw values stand in the journal and in the store.
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

  /// A phase as it is kept: a name, a recharge or a decline code, and a time; empty and nil where it has none.
  package struct PhaseRecord: Hashable, Sendable {
    package var name: PhaseName
    package var detail: String
    package var time: LedgerTime?

    package init(name: PhaseName, detail: String, time: LedgerTime?) {
      self.name = name
      self.detail = detail
      self.time = time
    }

    package init(_ phase: Phase) {
      switch phase {
      case .armed: self.init(name: .armed, detail: "", time: nil)
      case .charging(let id): self.init(name: .charging, detail: id.value, time: nil)
      case .actionRequired(let id): self.init(name: .actionRequired, detail: id.value, time: nil)
      case .reconciling(let id): self.init(name: .reconciling, detail: id.value, time: nil)
      case .cooldown(let until): self.init(name: .cooldown, detail: "", time: until)
      case .backoff(let until, let code): self.init(name: .backoff, detail: code, time: until)
      case .suspended(let since, let code): self.init(name: .suspended, detail: code, time: since)
      case .limitReached(let until): self.init(name: .limitReached, detail: "", time: until)
      }
    }

    package var phase: Phase {
      let time = time ?? LedgerTime(microseconds: 0)
      return switch name {
      case .armed: .armed
      case .charging: .charging(RechargeID(detail))
      case .actionRequired: .actionRequired(RechargeID(detail))
      case .reconciling: .reconciling(RechargeID(detail))
      case .cooldown: .cooldown(until: time)
      case .backoff: .backoff(until: time, code: detail)
      case .suspended: .suspended(since: time, code: detail)
      case .limitReached: .limitReached(until: time)
      }
    }
  }
}
