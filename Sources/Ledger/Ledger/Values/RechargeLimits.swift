/// The limits of recharges in one currency. Amounts are micros.
package struct RechargeLimits: Hashable, Sendable {
  package var minimum: Int64
  package var maximum: Int64
  /// Amounts are whole multiples of this: processors charge in cents.
  package var step: Int64
  package var suggestedAmounts: [Int64]
  package var suggestedThresholds: [Int64]

  package init(
    minimum: Int64,
    maximum: Int64,
    step: Int64,
    suggestedAmounts: [Int64],
    suggestedThresholds: [Int64]
  ) {
    self.minimum = minimum
    self.maximum = maximum
    self.step = step
    self.suggestedAmounts = suggestedAmounts
    self.suggestedThresholds = suggestedThresholds
  }

  /// $10 to $1000, whole cents.
  package static let usd = RechargeLimits(
    minimum: 10 * Money.microsPerUnit,
    maximum: 1000 * Money.microsPerUnit,
    step: Money.microsPerCent,
    suggestedAmounts: [10, 25, 50, 100, 250, 500, 1000].map { $0 * Money.microsPerUnit },
    suggestedThresholds: [10, 25, 50, 100, 250, 500, 1000].map { $0 * Money.microsPerUnit }
  )

  /// The least amount that a recharge may have and that covers `micros`; the maximum if no single recharge does.
  package func least(covering micros: Int64) -> Int64 {
    guard micros < maximum else { return maximum }
    return min(maximum, max(minimum, wholeSteps(covering: max(0, micros))))
  }

  /// The least multiple of `step` that covers `micros`, or `micros` itself near the end of the range.
  func wholeSteps(covering micros: Int64) -> Int64 {
    micros > .max - step ? micros : (micros + step - 1) / step * step
  }

  /// The suggested amounts for a wallet with `available` micros. If that is negative, they begin with the one that lifts it
  /// to zero; if no recharge does, the maximum is the only one.
  func suggestedAmounts(lifting available: Int64) -> [Int64] {
    guard available < 0 else { return suggestedAmounts }
    let least = least(covering: -available)
    return [least] + suggestedAmounts.filter { $0 > least }
  }

  /// The rule that `micros` breaks; nil if `micros` is allowed.
  package func objection(to micros: Int64, in currency: Currency) -> String? {
    guard (minimum...maximum).contains(micros) else {
      let (low, high) = (Money(micros: minimum, currency: currency), Money(micros: maximum, currency: currency))
      return "must be from \(low) to \(high)"
    }
    return objection(toFractionIn: micros, of: currency)
  }

  /// The same, but checks only the step.
  func objection(toFractionIn micros: Int64, of currency: Currency) -> String? {
    micros % step == 0 ? nil : "must be a multiple of \(Money(micros: step, currency: currency))"
  }
}
