import BenchmarkCharges
import CreditsClient
import MeasuringWindow

/// What the callers do.
private enum Action: String {
  case charge
  case read
}

@main
enum ChargeClient {
  /// Usage: charge-client SOCKET IN_FLIGHT[@RATE] WARMUP_SECONDS MEASURE_SECONDS WALLETS [charge|read]
  static func main() async throws {
    guard let arguments = ClientArguments(CommandLine.arguments), (1...2).contains(arguments.options.count),
      let wallets = Int(arguments.options[0]), wallets > 0,
      let action = arguments.options.count == 2 ? Action(rawValue: arguments.options[1]) : .charge
    else {
      fatalError("usage: \(CommandLine.arguments[0]) SOCKET IN_FLIGHT[@RATE] WARMUP MEASURE WALLETS [charge|read]")
    }
    let client = try await CreditsClient.connect(socketPath: arguments.socket)
    try await MeasuringWindow.run(arguments) {
      switch action {
      case .charge: try await BenchmarkCharge.make(with: client, amongWallets: wallets)
      case .read: try await BenchmarkRead.make(with: client, amongWallets: wallets)
      }
    }
    await client.close()
  }
}
