import Ledger
import Testing

/// A refinement of a hold's state that determines which actions it allows.
enum Standing: String, CaseIterable {
  case held = "held"
  case heldInPart = "held, captured in part"
  case heldEmpty = "held, all of it captured"
  case heldOver = "held, captured above its amount"
  case captured = "captured"
  case released = "released"
  case releasedInPart = "released, captured in part"
  case expired = "expired"
  case expiredInPart = "expired, captured in part"
  case expiredLate = "expired, captured late"
  case capturedLate = "captured late, for good"
}

/// An action on the hold.
enum HoldAction: String, CaseIterable {
  case extend, prolong, capture, captureFinal, captureAbove, captureBeyond, release, expire
}

/// The expected result of an action: a refusal's reason, or the hold after the action (amounts in dollars).
enum Expected {
  case refused(String)
  case now(HoldState, remaining: Int64, captured: Int64, held: Int64, posted: Int64)
  case unchanged
}

@Suite("A hold of $4 in a wallet of $10")
struct HoldTransitionTests {
  /// One row for each standing and action, allowed or refused. In order of declaration, the actions extend by $2,
  /// prolong by an hour, capture $1, capture a final $1, capture $7, capture $25, release, and let the hold expire.
  static let table: [(Standing, HoldAction, Expected)] = [
    (.held, .extend, .now(.held, remaining: 6, captured: 0, held: 6, posted: 10)),
    (.held, .prolong, .now(.held, remaining: 4, captured: 0, held: 4, posted: 10)),
    (.held, .capture, .now(.held, remaining: 3, captured: 1, held: 3, posted: 9)),
    (.held, .captureFinal, .now(.captured, remaining: 0, captured: 1, held: 0, posted: 9)),
    (.held, .captureAbove, .now(.held, remaining: 0, captured: 7, held: 0, posted: 3)),
    (.held, .captureBeyond, .refused("SHORTFALL_LIMIT")),
    (.held, .release, .now(.released, remaining: 0, captured: 0, held: 0, posted: 10)),
    (.held, .expire, .now(.expired, remaining: 0, captured: 0, held: 0, posted: 10)),

    (.heldInPart, .extend, .now(.held, remaining: 5, captured: 1, held: 5, posted: 9)),
    (.heldInPart, .prolong, .now(.held, remaining: 3, captured: 1, held: 3, posted: 9)),
    (.heldInPart, .capture, .now(.held, remaining: 2, captured: 2, held: 2, posted: 8)),
    (.heldInPart, .captureFinal, .now(.captured, remaining: 0, captured: 2, held: 0, posted: 8)),
    (.heldInPart, .captureAbove, .now(.held, remaining: 0, captured: 8, held: 0, posted: 2)),
    (.heldInPart, .captureBeyond, .refused("SHORTFALL_LIMIT")),
    (.heldInPart, .release, .now(.released, remaining: 0, captured: 1, held: 0, posted: 9)),
    (.heldInPart, .expire, .now(.expired, remaining: 0, captured: 1, held: 0, posted: 9)),

    (.heldEmpty, .extend, .now(.held, remaining: 2, captured: 4, held: 2, posted: 6)),
    (.heldEmpty, .prolong, .now(.held, remaining: 0, captured: 4, held: 0, posted: 6)),
    (.heldEmpty, .capture, .now(.held, remaining: 0, captured: 5, held: 0, posted: 5)),
    (.heldEmpty, .captureFinal, .now(.captured, remaining: 0, captured: 5, held: 0, posted: 5)),
    (.heldEmpty, .captureAbove, .now(.held, remaining: 0, captured: 11, held: 0, posted: -1)),
    (.heldEmpty, .captureBeyond, .refused("SHORTFALL_LIMIT")),
    (.heldEmpty, .release, .now(.released, remaining: 0, captured: 4, held: 0, posted: 6)),
    (.heldEmpty, .expire, .now(.expired, remaining: 0, captured: 4, held: 0, posted: 6)),

    (.heldOver, .extend, .refused("INSUFFICIENT_CREDITS")),
    (.heldOver, .prolong, .now(.held, remaining: 0, captured: 12, held: 0, posted: -2)),
    (.heldOver, .capture, .now(.held, remaining: 0, captured: 13, held: 0, posted: -3)),
    (.heldOver, .captureFinal, .now(.captured, remaining: 0, captured: 13, held: 0, posted: -3)),
    (.heldOver, .captureAbove, .now(.held, remaining: 0, captured: 19, held: 0, posted: -9)),
    (.heldOver, .captureBeyond, .refused("SHORTFALL_LIMIT")),
    (.heldOver, .release, .now(.released, remaining: 0, captured: 12, held: 0, posted: -2)),
    (.heldOver, .expire, .now(.expired, remaining: 0, captured: 12, held: 0, posted: -2)),

    (.captured, .extend, .refused("HOLD_RESOLVED")),
    (.captured, .prolong, .refused("HOLD_RESOLVED")),
    (.captured, .capture, .refused("HOLD_RESOLVED")),
    (.captured, .captureFinal, .refused("HOLD_RESOLVED")),
    (.captured, .captureAbove, .refused("HOLD_RESOLVED")),
    (.captured, .captureBeyond, .refused("HOLD_RESOLVED")),
    (.captured, .release, .refused("HOLD_RESOLVED")),
    (.captured, .expire, .unchanged),

    (.released, .extend, .refused("HOLD_RESOLVED")),
    (.released, .prolong, .refused("HOLD_RESOLVED")),
    (.released, .capture, .refused("HOLD_RESOLVED")),
    (.released, .captureFinal, .refused("HOLD_RESOLVED")),
    (.released, .captureAbove, .refused("HOLD_RESOLVED")),
    (.released, .captureBeyond, .refused("HOLD_RESOLVED")),
    (.released, .release, .refused("HOLD_RESOLVED")),
    (.released, .expire, .unchanged),

    (.releasedInPart, .extend, .refused("HOLD_RESOLVED")),
    (.releasedInPart, .prolong, .refused("HOLD_RESOLVED")),
    (.releasedInPart, .capture, .refused("HOLD_RESOLVED")),
    (.releasedInPart, .captureFinal, .refused("HOLD_RESOLVED")),
    (.releasedInPart, .captureAbove, .refused("HOLD_RESOLVED")),
    (.releasedInPart, .captureBeyond, .refused("HOLD_RESOLVED")),
    (.releasedInPart, .release, .refused("HOLD_RESOLVED")),
    (.releasedInPart, .expire, .unchanged),

    (.expired, .extend, .refused("HOLD_RESOLVED")),
    (.expired, .prolong, .refused("HOLD_RESOLVED")),
    (.expired, .capture, .now(.expired, remaining: 0, captured: 1, held: 0, posted: 9)),
    (.expired, .captureFinal, .now(.captured, remaining: 0, captured: 1, held: 0, posted: 9)),
    (.expired, .captureAbove, .now(.expired, remaining: 0, captured: 7, held: 0, posted: 3)),
    (.expired, .captureBeyond, .refused("SHORTFALL_LIMIT")),
    (.expired, .release, .refused("HOLD_RESOLVED")),
    (.expired, .expire, .unchanged),

    (.expiredInPart, .extend, .refused("HOLD_RESOLVED")),
    (.expiredInPart, .prolong, .refused("HOLD_RESOLVED")),
    (.expiredInPart, .capture, .now(.expired, remaining: 0, captured: 2, held: 0, posted: 8)),
    (.expiredInPart, .captureFinal, .now(.captured, remaining: 0, captured: 2, held: 0, posted: 8)),
    (.expiredInPart, .captureAbove, .now(.expired, remaining: 0, captured: 8, held: 0, posted: 2)),
    (.expiredInPart, .captureBeyond, .refused("SHORTFALL_LIMIT")),
    (.expiredInPart, .release, .refused("HOLD_RESOLVED")),
    (.expiredInPart, .expire, .unchanged),

    (.expiredLate, .extend, .refused("HOLD_RESOLVED")),
    (.expiredLate, .prolong, .refused("HOLD_RESOLVED")),
    (.expiredLate, .capture, .now(.expired, remaining: 0, captured: 2, held: 0, posted: 8)),
    (.expiredLate, .captureFinal, .now(.captured, remaining: 0, captured: 2, held: 0, posted: 8)),
    (.expiredLate, .captureAbove, .now(.expired, remaining: 0, captured: 8, held: 0, posted: 2)),
    (.expiredLate, .captureBeyond, .refused("SHORTFALL_LIMIT")),
    (.expiredLate, .release, .refused("HOLD_RESOLVED")),
    (.expiredLate, .expire, .unchanged),

    (.capturedLate, .extend, .refused("HOLD_RESOLVED")),
    (.capturedLate, .prolong, .refused("HOLD_RESOLVED")),
    (.capturedLate, .capture, .refused("HOLD_RESOLVED")),
    (.capturedLate, .captureFinal, .refused("HOLD_RESOLVED")),
    (.capturedLate, .captureAbove, .refused("HOLD_RESOLVED")),
    (.capturedLate, .captureBeyond, .refused("HOLD_RESOLVED")),
    (.capturedLate, .release, .refused("HOLD_RESOLVED")),
    (.capturedLate, .expire, .unchanged),
  ]

  @Test("has a row for every standing and operation")
  func complete() {
    let rows = Set(Self.table.map { "\($0.0)/\($0.1)" })
    #expect(rows.count == Self.table.count)
    #expect(rows.count == Standing.allCases.count * HoldAction.allCases.count)
  }

  @Test("becomes what the table says", arguments: table.indices)
  func row(_ index: Int) throws {
    let (standing, action, expected) = Self.table[index]
    var ledger = TestLedger()
    ledger.openWallet("w", granted: 10)
    let id = try ledger.placeHold("w", usd(4), ttl: 60)
    try ledger.bring(id, to: standing)
    let before = try #require(ledger.state.holds[id])
    let walletBefore = ledger.wallet("w")
    let outcome = ledger.apply(action, to: id)
    let hold = try #require(ledger.state.holds[id])
    let wallet = try #require(ledger.wallet("w"))
    let row = Comment(rawValue: "\(standing.rawValue): \(action)")
    switch expected {
    case .refused(let reason):
      #expect(outcome?.refusal?.reason.rawValue == reason, row)
      #expect(hold == before, row)
      #expect(wallet == walletBefore, row)
    case .unchanged:
      #expect(hold == before, row)
      #expect(wallet == walletBefore, row)
    case .now(let state, let remaining, let captured, let held, let posted):
      #expect(outcome?.refusal == nil, row)
      #expect(hold.state == state, row)
      #expect(hold.remaining == usd(remaining).micros, row)
      #expect(hold.captured == usd(captured).micros, row)
      #expect(wallet.held == usd(held).micros, row)
      #expect(wallet.posted == usd(posted).micros, row)
      if let outcome { #expect(outcome.reply?.hold == hold, row) }
    }
    try ledger.prove()
  }
}

extension TestLedger {
  mutating func placeHold(_ wallet: String, _ amount: Money, ttl: Int64) throws -> HoldID {
    let outcome = send(PlaceHold(WalletID(wallet), amount, .call, reference: "call", ttl: ttl))
    return try #require(outcome.reply).hold.id
  }

  /// Lets `seconds` pass and the sweeper run.
  mutating func pass(seconds: Int64) {
    now = now.adding(seconds: seconds)
    rules.expireDueHolds(in: &state, at: now)
  }

  mutating func capture(_ id: HoldID, _ amount: Money, isFinal: Bool = false) -> Outcome<HoldReply> {
    send(CaptureHold(id, amount, isFinal: isFinal))
  }

  fileprivate mutating func bring(_ id: HoldID, to standing: Standing) throws {
    switch standing {
    case .held: break
    case .heldInPart: _ = capture(id, usd(1))
    case .heldEmpty: _ = capture(id, usd(4))
    case .heldOver: _ = capture(id, usd(12))
    case .captured: _ = capture(id, usd(4), isFinal: true)
    case .released: _ = send(ReleaseHold(id))
    case .releasedInPart:
      _ = capture(id, usd(1))
      _ = send(ReleaseHold(id))
    case .expired: pass(seconds: 60)
    case .expiredInPart:
      _ = capture(id, usd(1))
      pass(seconds: 60)
    case .expiredLate:
      pass(seconds: 60)
      _ = capture(id, usd(1))
    case .capturedLate:
      pass(seconds: 60)
      _ = capture(id, usd(1), isFinal: true)
    }
  }

  fileprivate mutating func apply(_ action: HoldAction, to id: HoldID) -> Outcome<HoldReply>? {
    switch action {
    case .extend: return send(ExtendHold(id, additional: usd(2), ttl: nil))
    case .prolong: return send(ExtendHold(id, additional: nil, ttl: 3600))
    case .capture: return capture(id, usd(1))
    case .captureFinal: return capture(id, usd(1), isFinal: true)
    case .captureAbove: return capture(id, usd(7))
    case .captureBeyond: return capture(id, usd(25))
    case .release: return send(ReleaseHold(id))
    case .expire:
      pass(seconds: 60)
      return nil
    }
  }
}
