import Ledger

/// The part of an outcome that the model predicts.
package struct Seen: Hashable, Sendable {
  struct Hold: Hashable, Sendable {
    var amount: Int64
    var remaining: Int64
    var captured: Int64
    var shortfall: Int64
    var state: HoldState
    var isLate: Bool
    var expireTime: LedgerTime
  }

  struct Entry: Hashable, Sendable {
    var kind: RecordKind
    var amount: Int64
    var posted: Int64
    var held: Int64
    var shortfall: Int64
  }

  struct Wallet: Hashable, Sendable {
    var posted: Int64
    var held: Int64
    var state: WalletState
    var sequence: Int64
    var auto: Auto?
  }

  struct Auto: Hashable, Sendable {
    var isEnabled: Bool
    var terms: AutoSettings.Terms
    var status: AutoRecharge.Status
    /// When the pause ends; nil if it does not end by itself.
    var end: LedgerTime?
    var failures: Int
  }

  var reason: String?
  /// The amounts in the refusal's metadata.
  var facts: [String: Int64] = [:]
  var isReplay = false
  var wallet: Wallet?
  var hold: Hold?
  var isLastUnit = false
  var entry: Entry?
  /// The amount of an entry that is still refundable after a refund.
  var refundable: Int64?
  var recharge: RechargeState?
  /// The number of holds or automatic recharges that a sweep found due.
  var swept: Int?
  /// Whether saving the settings starts a recharge at once.
  var firesNow: Bool?

  init() {}

  init(_ outcome: CommandOutcome) {
    isReplay = outcome.isReplay
    if let refusal = outcome.refusal {
      reason = refusal.reason.rawValue
      for (name, text) in refusal.metadata { facts[name] = Int64(text) }
    }
    refundable = outcome.reply(as: RefundReply.self)?.refunded.refundable.micros
    isLastUnit = outcome.reply(as: HoldReply.self)?.isLastUnit ?? false
    firesNow = outcome.reply(as: AutoRechargeSaved.self)?.firesNow
    swept = outcome.reply(as: Int.self)
    wallet = outcome.wallet.map {
      Wallet(
        posted: $0.posted,
        held: $0.held,
        state: $0.state,
        sequence: $0.sequence,
        auto: $0.autoRecharge.map { Auto($0) }
      )
    }
    hold = outcome.hold.map {
      Hold(
        amount: $0.amount,
        remaining: $0.remaining,
        captured: $0.captured,
        shortfall: $0.shortfall,
        state: $0.state,
        isLate: $0.isLate,
        expireTime: $0.expireTime
      )
    }
    entry = outcome.entry.map {
      Entry(kind: $0.kind, amount: $0.amount.micros, posted: $0.posted, held: $0.held, shortfall: $0.shortfall)
    }
    recharge = outcome.recharge?.state
  }
}

extension Seen.Auto {
  init(_ autoRecharge: AutoRecharge) {
    isEnabled = autoRecharge.isEnabled
    terms = AutoSettings.Terms(
      threshold: autoRecharge.terms.threshold.micros,
      amount: autoRecharge.terms.amount.micros,
      limit: autoRecharge.terms.monthlyLimit?.micros
    )
    status = autoRecharge.status
    end = autoRecharge.wakeTime
    failures = Int(autoRecharge.failures)
  }
}
