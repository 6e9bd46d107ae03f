public import CreditsAPI

// The messages that callers hold, under their own names, so that importing this module is enough.
public typealias Money = CreditsAPI.Money
public typealias Wallet = CreditsAPI.Wallet
public typealias Entry = CreditsAPI.Entry
public typealias Recharge = CreditsAPI.Recharge
public typealias PaymentMethod = CreditsAPI.PaymentMethod
public typealias BillingDetails = CreditsAPI.BillingDetails
/// All that a page for adding credits shows.
public typealias RechargeOptions = CreditsAPI.GetRechargeOptionsResponse

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
