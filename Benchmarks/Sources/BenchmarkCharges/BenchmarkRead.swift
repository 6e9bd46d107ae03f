public import CreditsClient

/// The read that is measured, of a wallet that charges are taken from.
public enum BenchmarkRead {
  /// Reads one of the first `wallets` wallets.
  public static func make(with client: CreditsClient, amongWallets wallets: Int) async throws {
    let id = BenchmarkCharge.walletID(Int(RandomNumbers.next() % UInt64(wallets)) + 1)
    let wallet = try await client.wallet.get(id)
    precondition(wallet.walletID == id, "the answer is another wallet's")
  }
}
