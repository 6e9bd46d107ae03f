import SeededRandom

/// How often the simulated processor fails, and how: each request meets one fault at most, drawn from a generator with a
/// seed, so that the same requests in the same order meet the same faults.
package struct FaultPlan: Hashable, Sendable {
  /// Faults of a request.
  package enum Fault: String, CaseIterable, Sendable {
    case timeOutBeforeEffect = "time-out-before"
    case timeOutAfterEffect = "time-out-after"
    /// 5xx, before the effect or after it.
    case serverError = "server-error"
    /// 429, without effect.
    case rateLimited = "rate-limited"
    /// A broken connection, before the effect or after it.
    case reset
    /// `slowness` passes before the effect.
    case slow
    /// `slowness` passes between the effect and the answer.
    case slowAnswer = "slow-answer"
    /// A lookup that does not find what is there.
    case blindLookup = "blind-lookup"
  }

  /// From 0 to 1, together at most 1.
  package var probabilities: [Fault: Double] = [:]
  /// How often an event is sent twice.
  package var duplicateEvents = 0.0
  /// How often others pass an event.
  package var reorderedEvents = 0.0
  package var slowness = Duration.milliseconds(50)
  package var seed: UInt64 = 1

  /// No faults.
  package init() {}

  package struct ParseError: Error, CustomStringConvertible {
    package let description: String
  }

  /// Reads `NAME=VALUE` with commas between: the name of a fault and its probability, `all` for a probability that all
  /// faults of a request share evenly, `duplicate-events` and `reordered-events` with theirs, `slowness` in milliseconds,
  /// `seed`.
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
      let each = try Self.probability(name, value) / Double(Fault.allCases.count)
      for fault in Fault.allCases { probabilities[fault] = each }
    case "duplicate-events": duplicateEvents = try Self.probability(name, value)
    case "reordered-events": reorderedEvents = try Self.probability(name, value)
    case "slowness":
      guard let milliseconds = UInt32(value) else { throw ParseError(description: "slowness: take milliseconds") }
      slowness = .milliseconds(Int64(milliseconds))
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

  private static func probability(_ name: String, _ value: String) throws(ParseError) -> Double {
    guard let number = Double(value), (0...1).contains(number) else {
      throw ParseError(description: "\(name): take a probability from 0 to 1")
    }
    return number
  }
}

/// Draws faults by a plan.
struct FaultDice {
  private let plan: FaultPlan
  private var generator: SplitMix64

  init(_ plan: FaultPlan) {
    self.plan = plan
    generator = SplitMix64(seed: plan.seed)
  }

  /// What the next request meets, and whether before its effect where the fault leaves that open.
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

  /// How many others pass an event that is held back.
  mutating func passes() -> Int { Int.random(in: 1...5, using: &generator) }
}
