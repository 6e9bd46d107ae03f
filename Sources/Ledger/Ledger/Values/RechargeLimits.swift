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
    suggestedAmounts: [10, 25, 50, 100].map { $0 * Money.microsPerUnit },
    suggestedThresholds: [10, 20, 50].map { $0 * Money.microsPerUnit }
  )

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
