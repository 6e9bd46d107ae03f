import CreditsAPI
import Foundation
import Testing
import UnixGRPC
import UnixGRPCProtobuf

// Calls shared by many tests.
extension TestDaemon {
  /// Creates `wallet` with granted credits: two changes.
  func fund(_ wallet: String, dollars: Int64) async throws {
    _ = try await wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "create-\(wallet)", walletID: wallet, currencyCode: "USD")
    )
    let amount = Money(currencyCode: "USD", micros: dollars * 1_000_000)
    _ = try await wallets.grantCredits(
      GrantCreditsRequest(idempotencyKey: "grant-\(wallet)", walletID: wallet, amount: amount)
    )
  }

  func wallet(_ id: String) async throws -> Wallet {
    try #require(try await wallets.getWallet(GetWalletRequest(walletID: id)).wallet)
  }

  /// Runs `cause`, and returns the next `count` events after `cursor`, or from now on if it is empty.
  func events(_ count: Int, after cursor: String, cause: () async throws -> Void) async throws -> [Event] {
    let call = try await client.startCall(WalletServiceMethods.watchEvents, WatchEventsRequest(cursor: cursor))
    defer { call.cancel() }
    var responses = call.makeAsyncIterator()
    var events: [Event] = []
    // The first response confirms that the watch has begun.
    events += try await responses.next()?.events ?? []
    try await cause()
    while events.count < count, let response = try await responses.next() { events += response.events }
    return events
  }

  func verdict(
    _ request: VerifyLedgerRequest = VerifyLedgerRequest()
  ) async throws -> VerifyLedgerResponse.Verdict {
    var verdict: VerifyLedgerResponse.Verdict?
    for try await response in try await client.startCall(WalletServiceMethods.verifyLedger, request) {
      if case .verdict(let found)? = response.update { verdict = found }
    }
    return try #require(verdict)
  }

  func backup(to path: String) async throws {
    var bytes = Data()
    var size: Int64 = 0
    for try await response in try await client.startCall(WalletServiceMethods.backupLedger, BackupLedgerRequest()) {
      bytes.append(contentsOf: response.chunk)
      size = response.size
    }
    #expect(size == Int64(bytes.count) && size > 0)
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  /// Reads a stream to its end.
  func drain<Request, Response>(
    _ method: TypedMethod<ServerStreaming, Request, Response>,
    _ request: Request
  ) async throws {
    for try await _ in try await client.startCall(method, request) {}
  }
}
