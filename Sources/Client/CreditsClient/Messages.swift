public import CreditsAPI

// The messages that callers hold, under their own names, so that importing this module is enough.
public typealias Money = CreditsAPI.Money
public typealias Wallet = CreditsAPI.Wallet
public typealias Entry = CreditsAPI.Entry
public typealias Hold = CreditsAPI.Hold
public typealias Change = CreditsAPI.Change
public typealias Event = CreditsAPI.Event
public typealias Timestamp = CreditsAPI.Timestamp
public typealias Recharge = CreditsAPI.Recharge
public typealias RechargeRefund = CreditsAPI.RechargeRefund
public typealias Dispute = CreditsAPI.Dispute
/// A recharge and what became of its money since.
public typealias RechargeHistory = CreditsAPI.GetRechargeResponse
public typealias CardWarning = CreditsAPI.CardWarning
public typealias AutoRecharge = CreditsAPI.AutoRecharge
public typealias AutoRechargeSettings = CreditsAPI.AutoRechargeSettings
public typealias PaymentMethod = CreditsAPI.PaymentMethod
public typealias BillingDetails = CreditsAPI.BillingDetails
/// All that a page for adding credits shows.
public typealias RechargeOptions = CreditsAPI.GetRechargeOptionsResponse
/// How far a proof of the ledger has come.
public typealias VerificationProgress = CreditsAPI.VerifyLedgerResponse.Progress
/// What a proof of the ledger came to.
public typealias Verdict = CreditsAPI.VerifyLedgerResponse.Verdict

/// The processor's token for a card, with who pays: name, e-mail, country and postal code. A card number is never part of it.
public struct PaymentDetails: Sendable, Hashable {
  /// From the processor's own form, for example Stripe's `pm_…`.
  public var token: String
  public var billing: BillingDetails

  public init(token: String, billing: BillingDetails) {
    self.token = token
    self.billing = billing
  }
}

/// A charge that was made.
public struct Charge: Sendable, Hashable {
  public let entry: Entry
  /// The wallet after it.
  public let wallet: Wallet
  /// This is the repeated answer to a key that was used before.
  public let isReplayed: Bool
}

/// A recharge as it stands: look at its state, for it may be declined or still under way.
public struct RechargeResult: Sendable, Hashable {
  public let recharge: Recharge
  public let wallet: Wallet
  /// The credit, once the recharge is paid.
  public let entry: Entry?
  /// This is the repeated answer to a key that was used before.
  public let isReplayed: Bool
}

/// Settings of automatic recharges that were saved or resumed.
public struct SavedAutoRecharge: Sendable, Hashable {
  /// With `autoRecharge` as it is saved.
  public let wallet: Wallet
  /// A recharge is begun at once: less than the threshold is available.
  public let startsRecharge: Bool
  /// This is the repeated answer to a key that was used before.
  public let isReplayed: Bool
}

/// What automatic recharges are waiting for, and why.
public struct AutoRechargeReport: Sendable, Hashable {
  /// `nil` as long as nobody has set it.
  public let autoRecharge: AutoRecharge?
  /// For people.
  public let explanation: String
  public let wallet: Wallet
}

/// A refund that was made.
public struct Refund: Sendable, Hashable {
  public let entry: Entry
  /// The wallet after it.
  public let wallet: Wallet
  /// What can still be given back of the same charge or capture.
  public let refundable: Money
  /// This is the repeated answer to a key that was used before.
  public let isReplayed: Bool
}

/// A grant that was made.
public struct Grant: Sendable, Hashable {
  public let entry: Entry
  /// The wallet after it.
  public let wallet: Wallet
  /// This is the repeated answer to a key that was used before.
  public let isReplayed: Bool
}

/// A hold that was placed or extended.
public struct PlacedHold: Sendable, Hashable {
  public let hold: Hold
  /// The wallet after it.
  public let wallet: Wallet
  /// What could still be held or spent.
  public let affordable: Money
  /// Another of this size would be refused: plan for the end.
  public let isLastUnit: Bool
  /// This is the repeated answer to a key that was used before.
  public let isReplayed: Bool
}

/// Usage that was charged to a hold.
public struct Capture: Sendable, Hashable {
  public let hold: Hold
  /// The wallet after it.
  public let wallet: Wallet
  public let entry: Entry
  /// This is the repeated answer to a key that was used before.
  public let isReplayed: Bool
}
