import CreditsAPI
import CreditsClient
import Foundation
import ProcessorAPI
import Testing
import UnixGRPC

// What people and networks do at the processor, without the ledger.
extension Visit {
  func refundsElsewhere(_ dollars: Int64) async throws {
    let charge = try field(4, ofFirst: "charge")
    try await act {
      let amount = CreditsAPI.Money(currencyCode: "USD", micros: dollars * 1_000_000)
      _ = try await $0.refundElsewhere(RefundElsewhereRequest(chargeID: charge, amount: amount))
    }
  }

  func renewsCard(as name: String) async throws {
    let token = try field(3, ofFirst: "attachment")
    try await act { _ = try await $0.renewCard(RenewCardRequest(paymentMethodToken: token, card: name)) }
  }

  func removesCustomer() async throws {
    try await act { _ = try await $0.removeCustomer(RemoveCustomerRequest(walletID: wallet)) }
  }

  /// Moves the clock from poll to poll until the ledger has the change.
  func waitsForEvent(_ kind: Change.Kind) async throws {
    var seconds = try Int(String(contentsOfFile: clock, encoding: .utf8).trimmingCharacters(in: .newlines)) ?? start
    while try await !kindsOfChanges().contains(kind) {
      seconds += 31
      try moveClock(ahead: seconds - start)
    }
  }

  private func act(_ body: (SimulatorServiceClient) async throws -> Void) async throws {
    let client = GRPCClient(socketPath: simulator)
    try await body(SimulatorServiceClient(client: client))
    await client.close()
  }

  private func field(_ index: Int, ofFirst kind: String) throws -> String {
    let lines = try String(contentsOfFile: books, encoding: .utf8).split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix("\(kind)\t") })
    return String(line.split(separator: "\t", omittingEmptySubsequences: false)[index])
  }
}
