import BenchmarkCharges
import CreditsClient
import MeasuringWindow

@main
enum ChargeClient {
  /// Usage: charge-client SOCKET IN_FLIGHT WARMUP_SECONDS MEASURE_SECONDS WALLETS
  static func main() async throws {
    guard let arguments = ClientArguments(CommandLine.arguments), arguments.options.count == 1,
      let wallets = Int(arguments.options[0]), wallets > 0
    else {
      fatalError("usage: \(CommandLine.arguments[0]) SOCKET IN_FLIGHT WARMUP MEASURE WALLETS")
    }
    let client = try await CreditsClient.connect(socketPath: arguments.socket)
    try await MeasuringWindow.run(arguments) {
      try await BenchmarkCharge.make(with: client, amongWallets: wallets)
    }
    await client.close()
  }
}
