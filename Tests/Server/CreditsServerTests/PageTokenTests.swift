import CreditsAPI
import ProtobufDescriptors
import ProtobufWire
import Testing
import UnixGRPC

@Suite("The page tokens of every list", .timeLimit(.minutes(2)))
struct PageTokenTests {
  /// A request that one wire writes, by the names of its fields.
  private struct Page {
    var call: EveryRequest.Call
    var walletID: String
    var size: UInt64
    var token = ""

    var request: [UInt8] {
      var writer = WireWriter()
      for field in call.input.fields {
        switch field.name {
        case "wallet_id": writer.write(field.number, string: walletID)
        case "page_size": writer.write(field.number, varint: size)
        case "page_token": writer.write(field.number, string: token)
        default: break
        }
      }
      return writer.bytes
    }

    func nextToken(_ response: [UInt8]) throws -> String {
      let number = call.output.fields.first { $0.name == "next_page_token" }?.number
      var token = ""
      var reader = WireReader(response)
      while let field = try reader.next() {
        if field.number == number { token = field.string ?? "" }
      }
      return token
    }
  }

  @Test("are good for the list, the wallet and the page size that they were given for, and refused anywhere else")
  func bound() async throws {
    let directory = try TemporaryDirectory()
    let daemon = try await TestDaemon(directory: directory.path)
    for wallet in ["w", "v"] {
      try await daemon.fund(wallet, dollars: 1)
      for number in 1...3 {
        _ = try await daemon.wallets.placeHold(
          PlaceHoldRequest(
            idempotencyKey: "hold \(wallet)\(number)",
            walletID: wallet,
            amount: Money(currencyCode: "USD", micros: 1),
            reason: .call
          )
        )
        _ = try await daemon.recharges.recharge(
          RechargeRequest(
            idempotencyKey: "\(wallet)\(number)",
            walletID: wallet,
            amount: WalletServiceTests.usd(10),
            paymentMethodToken: "pm_card_visa",
            billingDetails: WalletServiceTests.billing
          )
        )
      }
    }
    let lists = try EveryRequest().calls.filter { $0.input.fields.contains { $0.name == "page_token" } }
    #expect(lists.map(\.name.method).sorted() == ["ListEntries", "ListHolds", "ListRecharges", "ListWallets"])
    var tokens: [String: String] = [:]
    for list in lists {
      let page = Page(call: list, walletID: "w", size: 1)
      let response = try await daemon.client.unary(list.name, page.request)
      tokens[list.name.method] = try page.nextToken(response.message)
      #expect(tokens[list.name.method]?.isEmpty == false, "\(list.name)")
    }
    for list in lists {
      let own = try #require(tokens[list.name.method])
      var good = Page(call: list, walletID: "w", size: 1)
      good.token = own
      #expect(try await daemon.status(of: list, good.request).code == .ok, "\(list.name)")
      var bad = tokens.filter { $0.key != list.name.method }.map { _, token in
        var page = good
        page.token = token
        return page
      }
      var otherSize = good
      otherSize.size = 2
      bad.append(otherSize)
      if list.input.fields.contains(where: { $0.name == "wallet_id" }) {
        var otherWallet = good
        otherWallet.walletID = "v"
        bad.append(otherWallet)
      }
      for text in [own + "0", "0" + own, String(own.dropLast()), own + ".1", "\(own) ", "x", "1", "1.1", "1.1.1"] {
        var page = good
        page.token = text
        bad.append(page)
      }
      for page in bad {
        let status = try await daemon.status(of: list, page.request)
        #expect(status.code == .invalidArgument, "\(list.name) \(page.token)")
        #expect(status.errorInfo?.reason == "FIELD_INVALID" && status.violations == ["page_token"], "\(page.token)")
      }
    }
    try await daemon.stop()
  }
}
