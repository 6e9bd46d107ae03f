extension CreditsError {
  /// A reason, by its name in the contract. A newer server may send reasons that this library does not define.
  public struct Reason: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The name as sent, such as `WALLET_NOT_FOUND`.
    public let rawValue: String

    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    public var description: String { rawValue }

    /// Lets a `catch` clause match by reason: `catch CreditsError.Reason.walletNotFound`.
    public static func ~= (reason: Reason, error: any Error) -> Bool {
      (error as? CreditsError)?.reason == reason
    }
  }
}
