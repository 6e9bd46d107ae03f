/// What a command came to: the part that is recorded for its key.
package enum Answer: Hashable, Sendable {
  case reply(Reply)
  case refusal(Refusal)
}

/// Post-state: the wallet after the command and what it made. Boxed, because it is recorded and handed on as a whole.
package indirect enum Reply: Hashable, Sendable {
  case wallet(Wallet)
  case charge(Wallet, Entry)
  case recharge(RechargeReply)
  case paymentMethod(Wallet, PaymentMethod)
  case rechargeOptions(RechargeOptions)
  /// In the order they were started.
  case openRecharges([Recharge])
  /// Nothing stands recorded for the key asked about.
  case nothingRecorded
}

/// A posted movement of money between a wallet and a counter-account.
package struct Entry: Hashable, Sendable {
  package var id: EntryID
  package var sequence: Int64
  package var time: LedgerTime
  package var kind: RecordKind
  /// What it added to the wallet; negative for a spend.
  package var amount: Money
  package var counterAccount: CounterAccount
  /// The wallet's balance after it, in micros.
  package var posted: Int64
  package var held: Int64
  package var reason: ChargeReason?
  package var reference: String
  package var caller: String
  package var rechargeID: RechargeID?
}

/// A recharge as one of its transitions left it.
package struct RechargeReply: Hashable, Sendable {
  package var wallet: Wallet
  package var recharge: Recharge
  /// What credited the wallet; nil until paid.
  package var entry: Entry?
  /// The wallet's card after the transition.
  package var savedPaymentMethod: PaymentMethod?
}

/// All that the Add Credits overlay shows.
package struct RechargeOptions: Hashable, Sendable {
  package var wallet: Wallet
  package var limits: RechargeLimits
  package var paymentMethod: PaymentMethod?
  package var openRecharge: RechargeID?
}

package struct Outcome: Hashable, Sendable {
  package var answer: Answer
  /// True where an earlier request with the same key had the effect.
  package var isReplay: Bool

  package init(answer: Answer, isReplay: Bool) {
    self.answer = answer
    self.isReplay = isReplay
  }
}
