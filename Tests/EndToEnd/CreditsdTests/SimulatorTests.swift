import CreditsClient
import Foundation
import FoundationNetworking
import Testing

@Suite("credits-simulator")
struct SimulatorTests {
  private let billing = BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1S 4BS")

  private func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = RunningDaemon.program("credits-simulator")
    process.arguments = arguments
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  @Test("lets a cardholder agree to a charge by a command, and at a page of a browser")
  func authentication() async throws {
    let directory = try TestDirectory()
    let simulator = try ProcessorProcess(simulatorIn: directory, options: ["--page-port", "0"])
    let daemon = try RunningDaemon(in: directory, options: simulator.options)
    let credits = try await daemon.client()
    for (number, byCommand) in [true, false].enumerated() {
      let wallet = "w\(number)"
      _ = try await credits.wallet.create(wallet, idempotencyKey: wallet)
      let card = PaymentDetails(token: "pm_card_authenticationRequired", billing: billing)
      let waiting = try await credits.recharge.pay(wallet, .dollars(10), with: card, idempotencyKey: "pay-\(wallet)")
      #expect(waiting.recharge.state == .authenticationRequired)
      let address = waiting.recharge.nextActionURL
      if byCommand {
        #expect(try run(["authenticate", address, "--socket", simulator.socketPath]).status == 0)
        let again = try run(["authenticate", address, "--socket", simulator.socketPath])
        #expect(again.status != 0 && again.text.contains("there is no such charge"))
      } else {
        var request = URLRequest(url: try #require(URL(string: address)))
        let (form, _) = try await URLSession.shared.data(for: request)
        #expect(String(decoding: form, as: UTF8.self).contains("<button>"))
        request.httpMethod = "POST"
        let (_, response) = try await URLSession.shared.data(for: request)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
      }
      let completed = try await credits.recharge.complete(waiting.recharge.rechargeID)
      #expect(completed.recharge.state == .paid)
    }
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("lists its test cards")
  func cards() throws {
    let (status, text) = try run(["cards"])
    #expect(status == 0)
    #expect(text.contains("pm_card_visa\tvisa\t4242\tpaid\n"))
    #expect(text.contains("pm_card_chargeDeclinedInsufficientFunds\tvisa\t9995\tdeclined, insufficient_funds\n"))
  }
}
