public import CreditsClient

/// The measured charge and its wallets. `Peers/PostgreSQL/charge.pgbench` makes the same charge.
public enum BenchmarkCharge {
  /// $0.0042, about a minute's call.
  private static let amount = Money.micros(4200)

  /// - Parameter number: From 1.
  public static func walletID(_ number: Int) -> String { "wallet-\(number)" }

  /// Charges a random one of the first `wallets` wallets with a new key.
  public static func make(with client: CreditsClient, amongWallets wallets: Int) async throws {
    let first = RandomNumbers.next()
    let second = RandomNumbers.next()
    let number = Int(RandomNumbers.next() % UInt64(wallets)) + 1
    let charge = try await client.wallet.charge(
      walletID(number),
      amount,
      for: .call,
      reference: "call-\(first)",
      idempotencyKey: "\(first)-\(second)"
    )
    precondition(!charge.isReplayed, "a random key came twice")
  }
}
