import CreditsAPI
import CreditsServer
import Synchronization
import Testing
import UnixGRPC
import UnixGRPCProtobuf

import enum Ledger.ProcessorFailure

@Suite("The setup of a card on its cardholder's page", .timeLimit(.minutes(2)))
struct PaymentMethodSetupTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func daemon(wallets: [String] = ["w"]) async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path)
    for wallet in wallets { try await create(wallet, daemon) }
    return daemon
  }

  private func create(_ wallet: String, _ daemon: TestDaemon) async throws {
    let request = CreateWalletRequest(idempotencyKey: "create-\(wallet)", walletID: wallet, currencyCode: "USD")
    _ = try await daemon.wallets.createWallet(request)
  }

  private func request(_ key: String, wallet: String = "w") -> SetUpPaymentMethodRequest {
    SetUpPaymentMethodRequest(idempotencyKey: key, walletID: wallet)
  }

  @Test("is begun once for its key, also across a restart, and changes nothing in the ledger")
  func once() async throws {
    var daemon = try await daemon()
    let before = try await daemon.wallet("w")
    let first = try await daemon.cards.setUpPaymentMethod(request("s"))
    #expect(!first.setupID.isEmpty && !first.clientSecret.isEmpty)
    #expect(try await daemon.cards.setUpPaymentMethod(request("s")) == first)
    try await daemon.stop()
    daemon = try await TestDaemon(directory: directory.path)
    #expect(try await daemon.cards.setUpPaymentMethod(request("s")) == first)
    #expect(try await daemon.cards.setUpPaymentMethod(request("t")).setupID != first.setupID)
    #expect(try await daemon.wallet("w") == before)
    try await daemon.stop()
  }

  @Test("takes a key for one wallet, and none that was used for something else")
  func keys() async throws {
    let daemon = try await daemon(wallets: ["w", "v"])
    _ = try await daemon.cards.setUpPaymentMethod(request("s"))
    for request in [request("s", wallet: "v"), request("create-w")] {
      let reused = try await status { try await daemon.cards.setUpPaymentMethod(request) }
      #expect(reused.code == .failedPrecondition)
      #expect(reused.errorInfo?.reason == "IDEMPOTENCY_KEY_REUSED")
    }
    try await daemon.stop()
  }

  @Test("is for open wallets only")
  func wallets() async throws {
    let daemon = try await daemon()
    let missing = try await status { try await daemon.cards.setUpPaymentMethod(request("s", wallet: "nobody")) }
    #expect(missing.errorInfo?.reason == "WALLET_NOT_FOUND")
    _ = try await daemon.wallets.closeWallet(CloseWalletRequest(idempotencyKey: "c", walletID: "w"))
    let closed = try await status { try await daemon.cards.setUpPaymentMethod(request("s")) }
    #expect(closed.errorInfo?.reason == "WALLET_CLOSED")
    try await daemon.stop()
  }

  @Test("can be repeated with its key when the processor did not answer")
  func unanswered() async throws {
    let isSilent = Mutex(true)
    let daemon = try await TestDaemon(directory: directory.path) { _ throws(ProcessorFailure) in
      if isSilent.withLock({ $0 }) { throw .outcomeUnknown("silence") }
    }
    try await create("w", daemon)
    let silent = try await status { try await daemon.cards.setUpPaymentMethod(request("s")) }
    #expect(silent.code == .unavailable)
    #expect(silent.errorInfo?.reason == "PROCESSOR_UNAVAILABLE")
    isSilent.withLock { $0 = false }
    #expect(!(try await daemon.cards.setUpPaymentMethod(request("s"))).clientSecret.isEmpty)
    try await daemon.stop()
  }
}
