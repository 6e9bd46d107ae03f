import CreditsAPI
import Ledger

extension CreditsAPI.AutoRecharge {
  init(_ autoRecharge: Ledger.AutoRecharge) {
    let currency = autoRecharge.terms.amount.currency
    let declineCode: String? =
      switch autoRecharge.phase {
      case .backoff(_, let code) where autoRecharge.isEnabled, .suspended(_, let code) where autoRecharge.isEnabled:
        code
      case .armed, .charging, .actionRequired, .reconciling, .cooldown, .limitReached, .backoff, .suspended: nil
      }
    self.init(
      settings: CreditsAPI.AutoRechargeSettings(
        enabled: autoRecharge.isEnabled,
        threshold: CreditsAPI.Money(autoRecharge.terms.threshold),
        amount: CreditsAPI.Money(autoRecharge.terms.amount),
        monthlyLimit: autoRecharge.terms.monthlyLimit.map { CreditsAPI.Money($0) }
      ),
      state: State(autoRecharge.status),
      rechargeID: autoRecharge.phase.rechargeID?.value ?? "",
      nextEligibleTime: autoRecharge.wakeTime.map { Timestamp($0) },
      declineCode: declineCode ?? "",
      failureCount: Int32(clamping: autoRecharge.failures),
      chargedThisMonth: CreditsAPI.Money(autoRecharge.reserved, currency)
    )
  }
}

extension CreditsAPI.AutoRecharge.State {
  fileprivate init(_ status: Ledger.AutoRecharge.Status) {
    self =
      switch status {
      case .disabled: .disabled
      case .armed: .armed
      case .charging: .charging
      case .cooldown: .cooldown
      case .backoff: .backoff
      case .suspended: .suspended
      case .actionRequired: .actionRequired
      case .reconciling: .reconciling
      case .limitReached: .limitReached
      }
  }
}

extension RequestFields {
  /// - Parameter field: The name of the settings field in the request.
  static func autoRecharge(
    _ settings: CreditsAPI.AutoRechargeSettings?,
    field: String
  ) throws(Refusal) -> Ledger.AutoRechargeSettings? {
    guard let settings else { return nil }
    var terms: AutoRechargeTerms?
    if settings.threshold != nil || settings.amount != nil || settings.monthlyLimit != nil {
      terms = AutoRechargeTerms(
        threshold: try amount(settings.threshold, field: "\(field).threshold"),
        amount: try amount(settings.amount, field: "\(field).amount"),
        monthlyLimit: settings.monthlyLimit == nil
          ? nil : try amount(settings.monthlyLimit, field: "\(field).monthly_limit")
      )
    }
    return Ledger.AutoRechargeSettings(isEnabled: settings.enabled, terms: terms)
  }
}
