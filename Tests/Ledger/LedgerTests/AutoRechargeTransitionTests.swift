import Ledger
import Testing

@Suite("Each phase of automatic recharges")
struct AutoRechargeTransitionTests {
  typealias Phase = AutoRecharge.Phase

  static let now = LedgerTime(microseconds: 1_790_000_000_000_000)
  static let id = RechargeID("r")
  static let until = now.adding(seconds: 5)

  static let phases: [String: Phase] = [
    "armed": .armed, "charging": .charging(id), "action": .actionRequired(id), "reconciling": .reconciling(id),
    "cooldown": .cooldown(until: until), "backoff": .backoff(until: until, code: "x"),
    "suspended": .suspended(since: now, code: "x"), "limit": .limitReached(until: until),
  ]

  static let events: [String: AutoRecharge.Event] = [
    "paid": .settled(.paid(processorChargeID: "ch"), amount: 10),
    "soft": .settled(.declined(processorChargeID: nil, code: "insufficient_funds"), amount: 10),
    "hard": .settled(.declined(processorChargeID: nil, code: "expired_card"), amount: 10),
    "failed": .settled(.failed(processorChargeID: nil, explanation: "no"), amount: 10),
    "auth": .settled(.authenticationRequired(processorChargeID: "ch", nextActionURL: "u"), amount: 10),
    "review": .settled(.needsReview(explanation: "?"), amount: 10),
    "disputed": .disputed, "card": .cardReplaced, "resumed": .resumed, "time": .phaseEnded, "met": .limitMet,
    "removed": .cardRemoved,
    "fired": .fired(id),
    "saved": .saved(AutoRechargeSettings(isEnabled: true, terms: nil)),
    "off": .saved(AutoRechargeSettings(isEnabled: false, terms: nil)), "closed": .walletClosed,
  ]

  /// Rows are phases, columns are events. A dot leaves the phase as it is.
  static let table = """
                paid     soft    hard      failed  auth   review      card  resumed time  removed   disputed  saved off   closed
    armed       .        .       .         .       .      .           .     .       .     suspended suspended .     .     .
    charging    cooldown backoff suspended backoff action reconciling .     .       .     .         .         .     .     .
    action      cooldown backoff suspended backoff .      reconciling .     .       .     .         .         .     .     .
    reconciling cooldown backoff suspended backoff action .           .     .       .     .         .         .     .     .
    cooldown    .        .       .         .       .      .           .     .       armed suspended suspended .     .     .
    backoff     .        .       .         .       .      .           armed armed   armed suspended suspended .     .     .
    suspended   .        .       .         .       .      .           armed armed   .     suspended suspended .     .     .
    limit       .        .       .         .       .      .           .     .       armed suspended suspended armed armed .
    """

  struct Row: Sendable, CustomTestStringConvertible {
    var phase: String
    var event: String
    var next: String
    var testDescription: String { "\(phase), \(event) -> \(next)" }
  }

  static let rows: [Row] = {
    let lines = table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    return lines.dropFirst().flatMap { line in
      zip(lines[0], line.dropFirst()).map { Row(phase: line[0], event: $0, next: $1 == "." ? line[0] : $1) }
    }
  }()

  @Test("has the transitions of the table", arguments: rows)
  func transition(row: Row) throws {
    var autoRecharge = Self.autoRecharge(try #require(Self.phases[row.phase]))
    autoRecharge.take(try #require(Self.events[row.event]), at: Self.now)
    #expect(Self.name(autoRecharge.phase) == row.next)
    #expect(autoRecharge.isEnabled == !["off", "closed"].contains(row.event))
  }

  @Test("is in the table") func complete() {
    #expect(Set(Self.rows.map(\.phase)) == Set(Self.phases.keys))
    #expect(Set(Self.rows.map(\.event)).union(["fired", "met"]) == Set(Self.events.keys))
    #expect(Self.rows.count == 8 * 14)
    #expect(Set(AutoRecharge.PhaseName.allCases).count == Self.phases.count)
  }

  @Test("is restored from its stored form", arguments: phases.keys.sorted())
  func record(phase: String) throws {
    let phase = try #require(Self.phases[phase])
    #expect(AutoRecharge.PhaseRecord(phase).phase == phase)
  }

  @Test("waits one, two and four hours after soft declines, and is suspended by the fourth")
  func backoff() {
    var autoRecharge = Self.autoRecharge(.armed)
    for hours in [1, 2, 4] as [Int64] {
      autoRecharge.take(.fired(Self.id), at: Self.now)
      autoRecharge.take(Self.events["soft"]!, at: Self.now)
      #expect(autoRecharge.phase == .backoff(until: Self.now.adding(seconds: hours * 3600), code: "insufficient_funds"))
      autoRecharge.take(.phaseEnded, at: Self.now)
    }
    autoRecharge.take(.fired(Self.id), at: Self.now)
    autoRecharge.take(Self.events["soft"]!, at: Self.now)
    #expect(autoRecharge.phase == .suspended(since: Self.now, code: "insufficient_funds"))
  }

  static func autoRecharge(_ phase: Phase) -> AutoRecharge {
    AutoRecharge(
      isEnabled: true,
      terms: AutoRechargeTerms(threshold: usd(20), amount: usd(25), monthlyLimit: usd(100)),
      phase: phase
    )
  }

  static func name(_ phase: Phase) -> String {
    switch phase {
    case .armed: "armed"
    case .charging: "charging"
    case .actionRequired: "action"
    case .reconciling: "reconciling"
    case .cooldown: "cooldown"
    case .backoff: "backoff"
    case .suspended: "suspended"
    case .limitReached: "limit"
    }
  }
}
