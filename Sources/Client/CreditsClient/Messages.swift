public import CreditsAPI

// The messages in this module's API, so that clients need not import CreditsAPI.
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
/// A recharge with its refunds and disputes.
public typealias RechargeHistory = CreditsAPI.GetRechargeResponse
public typealias CardWarning = CreditsAPI.CardWarning
public typealias AdjustmentKind = CreditsAPI.AdjustBalanceRequest.Kind
public typealias AutoRecharge = CreditsAPI.AutoRecharge
public typealias AutoRechargeSettings = CreditsAPI.AutoRechargeSettings
public typealias PaymentMethod = CreditsAPI.PaymentMethod
public typealias BillingDetails = CreditsAPI.BillingDetails
/// The content of a page for adding credits.
public typealias RechargeOptions = CreditsAPI.GetRechargeOptionsResponse
/// The progress of a ledger verification.
public typealias VerificationProgress = CreditsAPI.VerifyLedgerResponse.Progress
/// The result of a ledger verification.
public typealias Verdict = CreditsAPI.VerifyLedgerResponse.Verdict

/// The processor's token for a card, and the payer's name and address. Never holds a card number.
public struct PaymentDetails: Sendable, Hashable {
  /// From the processor's own form, for example Stripe's `pm_…`.
  public var token: String
  public var billing: BillingDetails

  public init(token: String, billing: BillingDetails) {
    self.token = token
    self.billing = billing
  }
}

/// The result of a charge.
public struct Charge: Sendable, Hashable {
  public let entry: Entry
  /// The updated wallet.
  public let wallet: Wallet
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}

/// The current state of a recharge. Check `recharge.state`: it may be declined or still in progress.
public struct RechargeResult: Sendable, Hashable {
  public let recharge: Recharge
  public let wallet: Wallet
  /// The entry that credits the wallet, once the recharge is paid.
  public let entry: Entry?
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}

/// The result of saving or resuming automatic recharges.
public struct SavedAutoRecharge: Sendable, Hashable {
  /// The updated wallet, whose `autoRecharge` holds the saved settings.
  public let wallet: Wallet
  /// Whether a recharge starts at once because less than the threshold is available.
  public let startsRecharge: Bool
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}

/// The state of automatic recharges, with an explanation.
public struct AutoRechargeReport: Sendable, Hashable {
  /// Nil if automatic recharges were never set.
  public let autoRecharge: AutoRecharge?
  /// A text for people that says why recharges did or did not start.
  public let explanation: String
  public let wallet: Wallet
}

/// The result of refunding a charge or capture.
public struct Refund: Sendable, Hashable {
  public let entry: Entry
  /// The updated wallet.
  public let wallet: Wallet
  /// The amount of the charge or capture that can still be refunded.
  public let refundable: Money
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}

/// The result of a grant.
public struct Grant: Sendable, Hashable {
  public let entry: Entry
  /// The updated wallet.
  public let wallet: Wallet
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}

/// The result of adjusting a balance.
public struct Adjustment: Sendable, Hashable {
  public let entry: Entry
  /// The updated wallet.
  public let wallet: Wallet
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}

/// The result of placing or extending a hold.
public struct PlacedHold: Sendable, Hashable {
  public let hold: Hold
  /// The updated wallet.
  public let wallet: Wallet
  /// The amount that can still be held or spent.
  public let affordable: Money
  /// Whether another hold of this size would be refused, so the usage should end after this one.
  public let isLastUnit: Bool
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}

/// The result of capturing a hold.
public struct Capture: Sendable, Hashable {
  public let hold: Hold
  /// The updated wallet.
  public let wallet: Wallet
  public let entry: Entry
  /// Whether this response replays an earlier one to the same idempotency key.
  public let isReplayed: Bool
}
