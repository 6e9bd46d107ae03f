import Ledger

extension Settings {
  /// The limits of recharges, with the suggestions of the configuration file.
  static func rechargeLimits(_ file: ConfigurationFile) throws(SettingsError) -> RechargeLimits {
    var limits = RechargeLimits.usd
    if let texts = file.suggestedAmounts {
      limits.suggestedAmounts = try suggestions("suggestedAmounts", texts, limits)
    }
    if let texts = file.suggestedThresholds {
      limits.suggestedThresholds = try suggestions("suggestedThresholds", texts, limits)
    }
    return limits
  }

  /// Returns the amounts in micros, least first, each once.
  private static func suggestions(
    _ name: String,
    _ texts: [String],
    _ limits: RechargeLimits
  ) throws(SettingsError) -> [Int64] {
    guard !texts.isEmpty else { throw .suggestionsEmpty(name) }
    var amounts: Set<Int64> = []
    for text in texts {
      guard let amount = DollarAmount(argument: text) else { throw .amountInvalid(name, text) }
      if let objection = limits.objection(to: amount.micros, in: .usd) {
        throw .suggestionInvalid(name, text, objection)
      }
      amounts.insert(amount.micros)
    }
    return amounts.sorted()
  }
}
