package import Ledger
import SeededRandom

/// A request of a random caller. Wallets, holds, entries and recharges are identified by number in the order of their
/// creation, since ids are not known; nil means one that does not exist.
package enum Action: Hashable, Sendable {
  case create(wallet: Int)
  case charge(wallet: Int, Int64)
  case grant(wallet: Int, Int64)
  case adjust(wallet: Int, AdjustBalance.Kind, Int64)
  case place(wallet: Int, Int64, ttl: Int64, waits: Bool)
  case extend(hold: Int?, Int64?, ttl: Int64?)
  case capture(hold: Int?, Int64, isFinal: Bool)
  case release(hold: Int?)
  case refund(entry: Int?, Int64)
  case freeze(wallet: Int)
  case unfreeze(wallet: Int)
  case close(wallet: Int)
  case saveCard(wallet: Int)
  case recharge(wallet: Int, Int64, withCard: Bool, AutoSettings?, number: Int)
  /// `isHard` if the card must not be tried again after the decline.
  case settle(recharge: Int?, RechargeState, isHard: Bool)
  case setAuto(wallet: Int, AutoSettings)
  case resumeAuto(wallet: Int)
  case sweep
  /// Wakes automatic recharges whose delay is over, as the sweeper does.
  case wake
  case readWallet(Int)
  case readHold(Int?)

  /// Whether the action has a key. Queries and the ledger's own commands have none.
  var hasKey: Bool {
    switch self {
    case .settle, .sweep, .wake, .readWallet, .readHold: false
    default: true
    }
  }

  /// The wallet that the action names directly.
  var wallet: Int? {
    switch self {
    case .create(let wallet), .charge(let wallet, _), .grant(let wallet, _), .adjust(let wallet, _, _),
      .place(let wallet, _, _, _),
      .freeze(let wallet), .unfreeze(let wallet), .close(let wallet), .saveCard(let wallet),
      .recharge(let wallet, _, _, _, _), .setAuto(let wallet, _), .resumeAuto(let wallet), .readWallet(let wallet):
      wallet
    case .extend, .capture, .release, .refund, .settle, .sweep, .wake, .readHold: nil
    }
  }
}

/// One random step. Its numbers are taken modulo the count of existing objects when it runs, so that it stays valid
/// when earlier steps are removed.
package struct Step: Hashable, Sendable, CustomStringConvertible {
  package enum Key: Hashable, Sendable {
    case own
    /// Repeats an earlier request.
    case again(Int)
    /// Uses the key of an earlier request for this action.
    case stolen(Int)
  }

  /// The time since the previous step; if 0, both are decided in one batch.
  package var seconds: Int64
  package var action: Action
  package var key: Key

  package var description: String { "+\(seconds) s \(action) \(key)" }
}

/// A step with its numbers resolved, which both the model and the ledger perform.
struct Request: Hashable {
  /// The number of the key; nil if the action has none.
  var key: Int?
  var action: Action
}

/// Draws random steps, weighted so that most have an effect.
package struct StepSource {
  /// The kind of history to draw. Some rules apply only after the same thing has happened repeatedly.
  private enum Life { case ordinary, cardsDeclined, monthsPassing }

  private var dice: SplitMix64
  private var life = Life.ordinary
  private var recharges = 0

  package init(seed: UInt64) {
    dice = SplitMix64(seed: seed)
    life = pick([.ordinary, .ordinary, .cardsDeclined, .monthsPassing])
  }

  package mutating func steps(_ count: Int) -> [Step] { (0..<count).map { _ in step() } }

  private mutating func step() -> Step {
    let seconds: [Int64] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 5, 5, 30, 30, 60, 60, 700, pick([700, 3600, 14_400])]
    // A jump of 10 days outlasts every hold, since holds last at most 7.
    let days: Int64 = roll(life == .monthsPassing ? 20 : 300) == 0 ? 10 : 0
    let key: Step.Key =
      switch roll(20) {
      case 0, 1: .again(roll(1000))
      case 2: .stolen(roll(1000))
      default: .own
      }
    return Step(seconds: pick(seconds) + days * 86_400, action: action(), key: key)
  }

  private mutating func action() -> Action {
    switch roll(47) {
    case 0, 1: .create(wallet: wallet())
    case 2...7: .charge(wallet: wallet(), amount())
    case 8, 9: .grant(wallet: wallet(), amount())
    case 10...14:
      .place(wallet: wallet(), amount(), ttl: pick([0, 0, 1, 10, 60, 60, 604_800, -1, 604_801]), waits: roll(4) == 0)
    case 15, 16: .extend(hold: recent(), roll(3) == 0 ? nil : amount(), ttl: pick([nil, nil, 1, 60, 3600, 0, 604_801]))
    case 17...22: .capture(hold: recent(), amount(), isFinal: roll(3) == 0)
    case 23, 24: .release(hold: recent())
    case 25...28: .refund(entry: recent(), amount())
    case 29: roll(3) == 0 ? .freeze(wallet: wallet()) : .unfreeze(wallet: wallet())
    case 30: .unfreeze(wallet: wallet())
    case 31: .close(wallet: wallet())
    case 32: .saveCard(wallet: wallet())
    case 33, 34: recharge()
    case 35, 36: .settle(recharge: recent(), resultState(), isHard: roll(4) == 0)
    case 37: .sweep
    case 38: .readWallet(wallet())
    case 39, 40: .setAuto(wallet: wallet(), autoSettings())
    case 41: .resumeAuto(wallet: wallet())
    case 42, 43: .wake
    case 45:
      .adjust(wallet: wallet(), pick(AdjustBalance.Kind.allCases), roll(2) == 0 ? amount() : -(max(amount(), -.max)))
    case 44:
      life == .cardsDeclined
        ? .settle(recharge: 0, .declined, isHard: false) : .settle(recharge: 0, .paid, isHard: false)
    default: .readHold(recent())
    }
  }

  private mutating func recharge() -> Action {
    recharges += 1
    let amount = pick([10, 10, 20, 1000, 9, 1001] as [Int64]) * Money.microsPerUnit + pick([0, 0, 0, 1])
    return .recharge(
      wallet: wallet(),
      amount,
      withCard: roll(2) == 0,
      roll(4) == 0 ? autoSettings() : nil,
      number: recharges
    )
  }

  private mutating func resultState() -> RechargeState {
    life == .cardsDeclined
      ? pick([.declined, .declined, .failed, .paid])
      : pick([.paid, .paid, .declined, .authenticationRequired, .failed, .needsReview])
  }

  private mutating func autoSettings() -> AutoSettings {
    let amount = pick([10, 10, 20, 1000, 9] as [Int64]) * Money.microsPerUnit
    let terms = AutoSettings.Terms(
      threshold: pick([10, 10, 25, 1000, 1001] as [Int64]) * Money.microsPerUnit + pick([0, 0, 0, 0, 1]),
      amount: amount,
      limit: roll(2) == 0 ? nil : amount * pick([1, 2, 3]) - pick([0, 0, 0, 1])
    )
    return AutoSettings(isEnabled: roll(5) > 0, terms: roll(4) == 0 ? nil : terms)
  }

  private mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &dice) }

  private mutating func pick<Value>(_ values: [Value]) -> Value { values[roll(values.count)] }

  private mutating func wallet() -> Int { roll(4) }

  /// Draws a number counted from the newest object, rarely nil.
  private mutating func recent() -> Int? { roll(40) == 0 ? nil : roll(8) }

  private mutating func amount() -> Int64 {
    switch roll(60) {
    case 0: pick([0, -1, .min])
    case 1: pick([.max, Wallet.balanceRange.upperBound, Wallet.balanceRange.upperBound - 3_000_000])
    case 2...15: Int64(roll(1 << 23))
    default: Int64(1 + roll(9)) * Money.microsPerUnit
    }
  }
}
