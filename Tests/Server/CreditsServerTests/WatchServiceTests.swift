import CreditsAPI
import CreditsServer
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("Watches over the wire", .timeLimit(.minutes(4)))
struct WatchServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test("a watch begins with the wallet and delivers each change with its objects")
  func changes() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let call = try await daemon.client.startCall(
      WalletServiceMethods.watchWallet,
      WatchWalletRequest(walletID: "w", start: .snapshot(true))
    )
    var updates = call.makeAsyncIterator()
    guard case .snapshot(let wallet)? = try await updates.next()?.update else {
      return #expect(Bool(false), "no snapshot")
    }
    #expect(wallet == (try await daemon.wallet("w")))
    let charge = try await daemon.wallets.charge(
      ChargeRequest(idempotencyKey: "c", walletID: "w", amount: WalletServiceTests.usd(1), reason: .call)
    )
    let hold = try await daemon.wallets.placeHold(
      PlaceHoldRequest(idempotencyKey: "h", walletID: "w", amount: WalletServiceTests.usd(1), reason: .call)
    )
    guard case .change(let first)? = try await updates.next()?.update,
      case .change(let second)? = try await updates.next()?.update
    else { return #expect(Bool(false), "no change") }
    #expect(first.kind == .charge && first.wallet == charge.wallet && first.entry == charge.entry)
    #expect(first.actor == ownName)
    #expect(second.kind == .holdPlaced && second.wallet == hold.wallet && second.hold == hold.hold)
    call.cancel()
    try await daemon.stop()
  }

  @Test("a watch that cannot begin is refused with advice")
  func refusals() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let table: [(WatchWalletRequest, GRPCStatus.Code, String)] = [
      (WatchWalletRequest(walletID: "none"), .notFound, "WALLET_NOT_FOUND"),
      (WatchWalletRequest(walletID: "w", start: .afterSequence(-1)), .invalidArgument, "FIELD_INVALID"),
      (WatchWalletRequest(walletID: "w", start: .afterSequence(9)), .outOfRange, "SNAPSHOT_REQUIRED"),
    ]
    for (request, code, reason) in table {
      let status = try await status { try await daemon.drain(WalletServiceMethods.watchWallet, request) }
      #expect(status.code == code && status.errorInfo?.reason == reason, "\(request)")
    }
    for cursor in ["x", "1", "-1.0", "1.zz"] {
      let request = WatchEventsRequest(cursor: cursor)
      let status = try await status { try await daemon.drain(WalletServiceMethods.watchEvents, request) }
      #expect(status.errorInfo?.reason == "FIELD_INVALID" && status.violations == ["cursor"], "\(cursor)")
    }
    let unknown = try await status {
      try await daemon.drain(WalletServiceMethods.watchEvents, WatchEventsRequest(cursor: "1.0"))
    }
    #expect(unknown.code == .outOfRange && unknown.errorInfo?.reason == "CURSOR_UNKNOWN")
    try await daemon.stop()
  }

  @Test("a server that drains ends its watches, so that they can be resumed elsewhere")
  func drain() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let call = try await daemon.client.startCall(WalletServiceMethods.watchWallet, WatchWalletRequest(walletID: "w"))
    var updates = call.makeAsyncIterator()
    _ = try await updates.next()
    daemon.committer.endWatches()
    let end = try await status { try await updates.next()?.update == nil }
    #expect(end.code == .unavailable && end.errorInfo?.reason == "LEDGER_UNAVAILABLE")
    try await daemon.stop()
  }

  @Test("a hundred watches broken off at random under load and resumed deliver each sequence once, in order")
  func manyWatchers() async throws {
    let last: Int64 = 1500
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let client = daemon.client
    let load = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<8 {
          group.addTask {
            for index in stride(from: Int64(3 + worker), through: last, by: 8) {
              _ = try await client.unary(
                WalletServiceMethods.charge,
                ChargeRequest(
                  idempotencyKey: "k\(index)",
                  walletID: "w",
                  amount: Money(currencyCode: "USD", micros: 1),
                  reason: .call
                )
              )
            }
          }
        }
        try await group.waitForAll()
      }
    }
    try await withThrowingTaskGroup(of: [Int64].self) { group in
      for _ in 0..<100 {
        group.addTask {
          var seen: [Int64] = []
          while (seen.last ?? 0) < last {
            let request = WatchWalletRequest(walletID: "w", start: .afterSequence(seen.last ?? 0))
            let call = try await client.startCall(WalletServiceMethods.watchWallet, request)
            var patience = Int.random(in: 1...500)
            for try await response in call {
              guard case .change(let change)? = response.update, let sequence = change.wallet?.sequence else {
                continue
              }
              seen.append(sequence)
              patience -= 1
              if patience == 0 || sequence == last { break }
            }
            call.cancel()
          }
          return seen
        }
      }
      for try await seen in group { #expect(seen == Array(1...last)) }
    }
    try await load.value
    try await daemon.stop()
  }

  @Test("events carry the wallet, and are delivered again from any cursor, across restarts")
  func events() async throws {
    var daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let call = try await daemon.client.startCall(WalletServiceMethods.watchEvents, WatchEventsRequest())
    var responses = call.makeAsyncIterator()
    let start = try #require(try await responses.next())
    #expect(start.events.isEmpty && !start.cursor.isEmpty)
    _ = try await daemon.wallets.charge(
      ChargeRequest(idempotencyKey: "c", walletID: "w", amount: WalletServiceTests.usd(1), reason: .call)
    )
    _ = try await daemon.wallets.freezeWallet(FreezeWalletRequest(idempotencyKey: "f", walletID: "w"))
    let low = try #require(try await responses.next())
    #expect(low.events.map(\.kind) == [.lowBalance])
    #expect(low.events.first?.change?.wallet?.available == WalletServiceTests.usd(9))
    let frozen = try #require(try await responses.next())
    #expect(frozen.events.map(\.kind) == [.walletFrozen])
    call.cancel()
    try await daemon.stop()
    daemon = try await TestDaemon(directory: directory.path)
    #expect(try await daemon.events(2, after: start.cursor) {}.map(\.kind) == [.lowBalance, .walletFrozen])
    #expect(try await daemon.events(1, after: low.cursor) {}.map(\.kind) == [.walletFrozen])
    try await daemon.stop()
  }
}
