import CreditsClient
import Foundation
import Testing
import UnixGRPC

@Suite("An error of a call", .timeLimit(.minutes(1)))
struct CreditsErrorTests {
  private func error(of status: GRPCStatus) async throws -> CreditsError {
    try await FailingServer.withClient(failing: status) { credits in
      try #require(await #expect(throws: CreditsError.self) { try await credits.wallet.get("ada") })
    }
  }

  private func refusal(
    _ reason: String,
    _ metadata: [String: String] = [:],
    domain: String = "credits.v1",
    more: [StatusDetail] = []
  ) -> GRPCStatus {
    let info = ErrorInfo(reason: reason, domain: domain, metadata: metadata)
    return GRPCStatus(code: .failedPrecondition, message: "do this first", details: [.errorInfo(info)] + more)
  }

  @Test("has the server's code, reason, sentence, metadata, field and delay")
  func parts() async throws {
    let violation = BadRequest.FieldViolation(field: "settings.threshold", description: "is low")
    let status = refusal(
      "WALLET_FROZEN",
      ["wallet_id": "ada"],
      more: [.badRequest(BadRequest(fieldViolations: [violation])), .retryInfo(RetryInfo(retryDelay: .seconds(3)))]
    )
    let error = try await error(of: status)
    #expect(error.code == .failedPrecondition)
    #expect(error.reason == .walletFrozen)
    #expect(error.message == "do this first")
    #expect(error.metadata == ["wallet_id": "ada"])
    #expect(error.field == "settings.threshold")
    #expect(error.retryDelay == .seconds(3))
    #expect("\(error)" == "do this first")
  }

  @Test("keeps an unknown reason, metadata and code")
  func unknown() async throws {
    var status = refusal("WALLET_ON_FIRE", ["degrees": "451"])
    status.code = GRPCStatus.Code(rawValue: 77)
    let error = try await error(of: status)
    #expect(error.code.rawValue == 77)
    #expect(error.reason == CreditsError.Reason(rawValue: "WALLET_ON_FIRE"))
    #expect(error.metadata == ["degrees": "451"])
    #expect("\(error)" == "do this first")
  }

  @Test("ignores reasons of other domains")
  func otherDomain() async throws {
    let error = try await error(of: refusal("WALLET_FROZEN", ["wallet_id": "ada"], domain: "example.com"))
    #expect(error.code == .failedPrecondition && error.reason == nil && error.metadata.isEmpty)
  }

  @Test("reads amounts with their currency, ids, names and integers")
  func metadata() async throws {
    let error = try await error(
      of: refusal(
        "WALLET_NOT_EMPTY",
        [
          "available": "-1500000", "currency_code": "EUR", "wallet_id": "ada", "open_holds": "2", "open_recharge": "",
          "decline_code": "expired_card",
        ]
      )
    )
    #expect(error.available == .micros(-1_500_000, "EUR"))
    #expect(error.walletID == "ada")
    #expect(error.openHolds == 2)
    #expect(error.declineCode == "expired_card")
    #expect(error.openRecharge == nil, "an empty value says that there is none")
    #expect(error.required == nil && error.rechargeID == nil && error.sequence == nil)
  }

  @Test("has no amount if the metadata holds no valid one")
  func malformedMetadata() async throws {
    let words = try await error(of: refusal("INSUFFICIENT_CREDITS", ["available": "much", "currency_code": "USD"]))
    #expect(words.available == nil && words.metadata["available"] == "much")
    let withoutCurrency = try await error(of: refusal("INSUFFICIENT_CREDITS", ["available": "1"]))
    #expect(withoutCurrency.available == nil)
  }

  @Test("can be matched by reason in a catch clause and a switch")
  func matching() async throws {
    let status = refusal(
      "INSUFFICIENT_CREDITS",
      ["available": "1000000", "required": "3000000", "shortfall": "2000000", "currency_code": "USD"]
    )
    try await FailingServer.withClient(failing: status) { credits in
      do {
        _ = try await credits.wallet.get("ada")
        Issue.record("the call was answered")
      } catch let error as CreditsError where error.reason == .insufficientCredits {
        #expect(error.shortfall == .dollars(2))
      }

      do {
        _ = try await credits.wallet.get("ada")
        Issue.record("the call was answered")
      } catch CreditsError.Reason.walletNotFound {
        Issue.record("another reason was caught")
      } catch CreditsError.Reason.insufficientCredits {
      }

      do {
        _ = try await credits.wallet.get("ada")
        Issue.record("the call was answered")
      } catch let error as CreditsError {
        switch error.reason {
        case .walletNotFound, nil: Issue.record("another reason was matched")
        case .insufficientCredits: #expect(error.available == .dollars(1))
        default: Issue.record("no reason was matched")
        }
      }
    }
  }

  @Test("has no reason after a timeout, and says that the same key gives the outcome")
  func deadline() async throws {
    let late = try await error(of: GRPCStatus(code: .deadlineExceeded, message: "nothing was changed"))
    #expect(late.code == .deadlineExceeded && late.reason == nil)
    #expect(late.message == "nothing was changed: repeat the call with the same idempotency key")
  }

  @Test("has the name of its code as text if the server sends no message")
  func silent() async throws {
    #expect(try await "\(error(of: GRPCStatus(code: .internal, message: "")))" == "INTERNAL")
  }

  @Test("names the socket if no server listens")
  func absent() async {
    let error = await #expect(throws: CreditsError.self) {
      try await CreditsClient.connect(socketPath: "/nowhere/credits.sock", timeout: .milliseconds(50))
    }
    #expect(error?.code == .unavailable && error?.reason == nil)
    #expect(error?.message.contains("/nowhere/credits.sock") == true)
  }

  @Test("of a closed client comes at once, and not after the time that a call may take to find its server")
  func closed() async throws {
    let status = GRPCStatus(code: .unavailable, message: "away")
    try await FailingServer.withClient(failing: status) { credits in
      await credits.close()
      let start = ContinuousClock.now
      let error = await #expect(throws: CreditsError.self) {
        try await credits.wallet.get("ada", timeout: .seconds(30))
      }
      #expect(error?.code == .unavailable && error?.message == "the client is closed")
      #expect(ContinuousClock.now - start < .seconds(10))
    }
  }
}
