extension CreditsError {
  /// A reason by its name in the contract. Servers newer than this library may send others than those below.
  public struct Reason: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// As it is sent, `WALLET_NOT_FOUND`.
    public let rawValue: String

    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    public var description: String { rawValue }

    /// Lets a `catch` clause name the reason alone: `catch CreditsError.Reason.walletNotFound`.
    public static func ~= (reason: Reason, error: any Error) -> Bool {
      (error as? CreditsError)?.reason == reason
    }
  }
}
