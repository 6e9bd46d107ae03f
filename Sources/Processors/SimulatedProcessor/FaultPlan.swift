import SeededRandom

/// The probabilities and kinds of the simulated processor's faults. Each request meets at most one fault, drawn from a
/// seeded generator, so that the same requests in the same order meet the same faults.
package struct FaultPlan: Hashable, Sendable {
  /// A fault of a request.
  package enum Fault: String, CaseIterable, Sendable {
    case timeOutBeforeEffect = "time-out-before"
    case timeOutAfterEffect = "time-out-after"
    /// A 5xx status, before or after the effect.
    case serverError = "server-error"
    /// Status 429, without effect.
    case rateLimited = "rate-limited"
    /// A broken connection, before or after the effect.
    case reset
    /// A delay of `slowness` before the effect.
    case slow
    /// A delay of `slowness` between the effect and the answer.
    case slowAnswer = "slow-answer"
    /// A lookup by key that does not find an existing object.
    case blindLookup = "blind-lookup"
    /// A 500 that the processor stores for the key of a charge or a refund, before or after the effect: it answers every
    /// repetition. Other requests meet a passing 5xx.
    case storedFailure = "stored-failure"
    /// An answer about another charge or refund. Other requests are not affected.
    case otherAnswer = "other-answer"
    /// No answer in time, and the effect `lateness` later.
    case lateEffect = "late-effect"

    /// The faults that `all` stands for: after each, a repetition can succeed at once.
    package static let passing: [Fault] = [
      .timeOutBeforeEffect, .timeOutAfterEffect, .serverError, .rateLimited, .reset, .slow, .slowAnswer, .blindLookup,
    ]
  }

  /// Probabilities from 0 to 1, with a sum of at most 1.
  package var probabilities: [Fault: Double] = [:]
  /// The probability that an event is sent twice.
  package var duplicateEvents = 0.0
  /// The probability that later events overtake an event.
  package var reorderedEvents = 0.0
  package var slowness = Duration.milliseconds(50)
  /// How long the effect of a request with the fault `lateEffect` takes.
  package var lateness = Duration.seconds(1)
  /// How long lookups by key do not show what has changed.
  package var searchLag = Duration.zero
  package var seed: UInt64 = 1

  /// Creates a plan without faults.
  package init() {}

  /// The reason why the text of a plan is invalid, for people.
  package struct ParseError: Error, CustomStringConvertible {
    package let description: String
  }

  /// Parses `NAME=VALUE` pairs separated by commas. Names are those of faults with their probabilities, `all` with a
  /// probability that the passing faults of a request share evenly, `duplicate-events` and `reordered-events` with their
  /// probabilities, `slowness`, `lateness` and `search-lag` in milliseconds, and `seed`.
  package init(_ text: String) throws(ParseError) {
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw ParseError(description: "\(pair): take NAME=VALUE") }
      try set(String(parts[0]), String(parts[1]))
    }
    guard probabilities.values.reduce(0, +) <= 1.000_001 else {
      throw ParseError(description: "the probabilities of a request's faults are more than 1 together")
    }
  }

  private mutating func set(_ name: String, _ value: String) throws(ParseError) {
    switch name {
    case "all":
      let each = try Self.probability(name, value) / Double(Fault.passing.count)
      for fault in Fault.passing { probabilities[fault] = each }
    case "duplicate-events": duplicateEvents = try Self.probability(name, value)
    case "reordered-events": reorderedEvents = try Self.probability(name, value)
    case "slowness": slowness = try Self.milliseconds(name, value)
    case "lateness": lateness = try Self.milliseconds(name, value)
    case "search-lag": searchLag = try Self.milliseconds(name, value)
    case "seed":
      guard let number = UInt64(value) else { throw ParseError(description: "seed: take a whole number") }
      seed = number
    default:
      guard let fault = Fault(rawValue: name) else {
        let known = Fault.allCases.map(\.rawValue).joined(separator: ", ")
        throw ParseError(
          description: "there is no fault \"\(name)\": take all, \(known), duplicate-events or reordered-events"
        )
      }
      probabilities[fault] = try Self.probability(name, value)
    }
  }

  private static func milliseconds(_ name: String, _ value: String) throws(ParseError) -> Duration {
    guard let number = UInt32(value) else { throw ParseError(description: "\(name): take milliseconds") }
    return .milliseconds(Int64(number))
  }

  private static func probability(_ name: String, _ value: String) throws(ParseError) -> Double {
    guard let number = Double(value), (0...1).contains(number) else {
      throw ParseError(description: "\(name): take a probability from 0 to 1")
    }
    return number
  }
}

/// Draws faults according to a plan.
struct FaultDice {
  private let plan: FaultPlan
  private var generator: SplitMix64

  init(_ plan: FaultPlan) {
    self.plan = plan
    generator = SplitMix64(seed: plan.seed)
  }

  /// Draws the fault of the next request, and whether it comes before the effect if the fault leaves that open.
  mutating func fault() -> (fault: FaultPlan.Fault?, isBeforeEffect: Bool) {
    var number = Double.random(in: 0..<1, using: &generator)
    let isBeforeEffect = Bool.random(using: &generator)
    for fault in FaultPlan.Fault.allCases {
      number -= plan.probabilities[fault] ?? 0
      if number < 0 { return (fault, isBeforeEffect) }
    }
    return (nil, isBeforeEffect)
  }

  mutating func duplicatesEvent() -> Bool { Double.random(in: 0..<1, using: &generator) < plan.duplicateEvents }

  mutating func holdsEventBack() -> Bool { Double.random(in: 0..<1, using: &generator) < plan.reorderedEvents }

  /// Draws the number of events that overtake an event held back.
  mutating func passes() -> Int { Int.random(in: 1...5, using: &generator) }
}
