import CreditsAPI
import CreditsClient
import Foundation
import ProcessorAPI
import Testing
import UnixGRPC

@Suite("A daemon that was away for 29 days", .timeLimit(.minutes(5)))
struct AbsenceTests {
  private static let wallets = (1...20).map { "w\($0)" }
  private static let rechargesPerWallet = 10

  private let directory: TestDirectory
  private let simulator: ProcessorProcess

  init() throws {
    directory = try TestDirectory()
    _ = try directory.write("0\n", to: "clock")
    simulator = try ProcessorProcess(simulatorIn: directory)
  }

  private func daemon() throws -> RunningDaemon {
    try RunningDaemon(
      in: directory,
      options: simulator.options + ["--test-clock", directory.path("clock"), "--log-level", "critical"],
      environment: ["CREDITS_TESTING": "1"]
    )
  }

  private func fields(ofEach kind: String) throws -> [[Substring]] {
    try simulator.books().filter { $0.hasPrefix("\(kind)\t") }.map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
  }

  private func recharge(_ credits: CreditsClient) async throws {
    let billing = BillingDetails(
      name: "Ada",
      email: "ada@example.com",
      country: "GB",
      postalCode: "W1S 4BS"
    )
    for wallet in Self.wallets {
      _ = try await credits.wallet.create(wallet, idempotencyKey: wallet)
      for number in 1...Self.rechargesPerWallet {
        let card = number == 1 ? PaymentDetails(token: "pm_card_visa", billing: billing) : nil
        let paid = try await credits.recharge.pay(
          wallet,
          .dollars(50),
          with: card,
          idempotencyKey: "\(wallet)-\(number)"
        )
        try #require(paid.recharge.state == .paid)
      }
    }
  }

  /// Every charge is disputed, a fifth of them was refunded in part before, and every card is issued anew.
  private func happen() async throws {
    let client = GRPCClient(socketPath: simulator.socketPath)
    let acts = SimulatorServiceClient(client: client)
    let charges = try fields(ofEach: "charge").map { String($0[4]) }
    try #require(Set(charges).count == 200)
    for (number, charge) in Set(charges).sorted().enumerated() {
      if number.isMultiple(of: 5) {
        let amount = CreditsAPI.Money(currencyCode: "USD", micros: 5_000_000)
        _ = try await acts.refundElsewhere(RefundElsewhereRequest(chargeID: charge, amount: amount))
      }
      let disputed = CreditsAPI.Money(currencyCode: "USD", micros: 20_000_000)
      _ = try await acts.setDispute(SetDisputeRequest(chargeID: charge, amount: disputed))
    }
    for token in Set(try fields(ofEach: "attachment").map { String($0[3]) }) {
      _ = try await acts.renewCard(RenewCardRequest(paymentMethodToken: token, card: "pm_card_mastercard"))
    }
    await client.close()
  }

  private func posted(_ credits: CreditsClient) async throws -> [Money?] {
    var posted: [Money?] = []
    for wallet in Self.wallets { posted.append(try await credits.wallet.get(wallet).posted) }
    return posted
  }

  @Test("takes all disputes, refunds and cards issued anew after its return, once")
  func returns() async throws {
    let first = try daemon()
    let before = try await first.client()
    try await recharge(before)
    await before.close()
    #expect(first.stop() == 0)
    try await happen()
    _ = try directory.write("\(29 * 86_400)\n", to: "clock")

    let second = try daemon()
    let credits = try await second.client()
    // 10 recharges of $50 and disputes of $20 a wallet, and 40 refunds of $5 in all.
    let expected: Int64 = 20 * 10 * 50 - 200 * 20 - 40 * 5
    while try await posted(credits).reduce(0, { $0 + ($1?.micros ?? 0) }) != expected * 1_000_000 {}
    while try await credits.recharge.options(Self.wallets[19]).paymentMethod?.last4 != "4444" {}
    for wallet in Self.wallets {
      #expect(try await credits.paymentMethod.list(wallet).paymentMethods.map(\.last4) == ["4444"])
    }
    let sums = try await posted(credits)
    let changes = try await credits.ledger.verify()
    #expect(changes.sound, "\(changes.flaws)")
    await credits.close()
    #expect(second.stop() == 0)

    // Reading the events again changes nothing.
    let third = try daemon()
    let again = try await third.client()
    #expect(try await posted(again) == sums)
    #expect(try await again.ledger.verify().recordCount == changes.recordCount)
    await again.close()
    #expect(third.stop() == 0)
  }
}
