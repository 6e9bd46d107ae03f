import BenchmarkCharges
import CreditsClient
import Synchronization

/// Fills a ledger through its socket: creates missing wallets, with credits in each, and makes charges.
@main
enum LedgerFill {
  /// Usage: ledger-fill SOCKET IN_FLIGHT WALLETS CHARGES
  ///
  /// Waits for a server that is still starting. Prints one JSON line when all charges are acknowledged, hence durable.
  static func main() async throws {
    let numbers = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
    guard CommandLine.arguments.count == 5, numbers.count == 3, numbers[0] > 0, numbers[1] > 0, numbers[2] >= 0 else {
      fatalError("usage: \(CommandLine.arguments[0]) SOCKET IN_FLIGHT WALLETS CHARGES")
    }
    let (inFlight, wallets, charges) = (numbers[0], numbers[1], numbers[2])
    let client = try await CreditsClient.connect(
      socketPath: CommandLine.arguments[1],
      timeout: .seconds(60),
      waitsForServer: true
    )
    let clock = ContinuousClock()
    let openingTime = try await clock.measure {
      try await perform(wallets, inFlight: inFlight) { number in
        try await open(BenchmarkCharge.walletID(number), with: client)
      }
    }
    let chargingTime = try await clock.measure {
      try await perform(charges, inFlight: inFlight) { _ in
        try await BenchmarkCharge.make(with: client, amongWallets: wallets)
      }
    }
    await client.close()
    print(
      """
      {"wallets":\(wallets),"wallets_seconds":\(openingTime / .seconds(1)),\
      "charges":\(charges),"charges_seconds":\(chargingTime / .seconds(1))}
      """
    )
  }

  /// The keys depend only on the wallet, so that repeated runs create and credit it once.
  private static func open(_ walletID: String, with client: CreditsClient) async throws {
    _ = try await client.wallet.create(walletID, idempotencyKey: "open-\(walletID)")
    _ = try await client.wallet.grant(
      walletID,
      .dollars(1000),
      memo: "to be charged by benchmarks",
      idempotencyKey: "credit-\(walletID)"
    )
  }

  /// Runs `work` for 1 to `count`, `inFlight` at a time.
  private static func perform(
    _ count: Int,
    inFlight: Int,
    _ work: @escaping @Sendable (Int) async throws -> Void
  ) async throws {
    let taken = Counter()
    try await withThrowingTaskGroup { group in
      for _ in 0..<min(inFlight, count) {
        group.addTask {
          while case let number = taken.next(), number <= count { try await work(number) }
        }
      }
      try await group.waitForAll()
    }
  }
}

private final class Counter: Sendable {
  private let value = Atomic(0)

  func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
