import CreditsAPI
import CreditsServer
import Logging
import Testing
import UnixGRPC
import UnixGRPCProtobuf

@Suite("Holds, refunds and grants over the wire", .timeLimit(.minutes(2)))
struct HoldServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  static func usd(_ dollars: Int64) -> Money { WalletServiceTests.usd(dollars) }

  @Test("a hold is placed, extended, captured in parts, and releases the rest")
  func life() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let placed = try await daemon.wallets.placeHold(
      PlaceHoldRequest(
        idempotencyKey: "1",
        walletID: "w",
        amount: Self.usd(4),
        reason: .call,
        reference: "call-1",
        ttl: LengthOfTime(.seconds(60))
      )
    )
    let hold = try #require(placed.hold)
    #expect(hold.state == .held && hold.remaining == Self.usd(4) && hold.reference == "call-1")
    #expect(placed.wallet?.held == Self.usd(4))
    #expect(placed.affordable == Self.usd(6) && !placed.lastUnit)
    let seconds = try #require(hold.expireTime?.seconds) - (try #require(hold.createTime?.seconds))
    #expect(seconds == 60)
    let extended = try await daemon.wallets.extendHold(
      ExtendHoldRequest(idempotencyKey: "2", holdID: hold.holdID, additionalAmount: Self.usd(4))
    )
    #expect(extended.hold?.amount == Self.usd(8))
    #expect(extended.affordable == Self.usd(2) && extended.lastUnit)
    let part = try await daemon.wallets.captureHold(
      CaptureHoldRequest(idempotencyKey: "3", holdID: hold.holdID, amount: Self.usd(3))
    )
    #expect(part.entry?.kind == .capture && part.entry?.holdID == hold.holdID && part.entry?.amount == Self.usd(-3))
    #expect(part.entry?.counterAccount == .usage && part.entry?.reason == .call && part.entry?.shortfall == nil)
    #expect(part.hold?.remaining == Self.usd(5) && part.hold?.state == .held)
    let final = try await daemon.wallets.captureHold(
      CaptureHoldRequest(idempotencyKey: "4", holdID: hold.holdID, amount: Self.usd(1), final: true)
    )
    #expect(final.hold?.state == .captured && final.hold?.captured == Self.usd(4))
    #expect(final.wallet?.posted == Self.usd(6) && final.wallet?.held == Self.usd(0))
    let read = try await daemon.wallets.getHold(GetHoldRequest(holdID: hold.holdID))
    #expect(read.hold == final.hold && read.wallet == final.wallet)
    let again = try await daemon.client.unary(
      WalletServiceMethods.placeHold,
      PlaceHoldRequest(
        idempotencyKey: "1",
        walletID: "w",
        amount: Self.usd(4),
        reason: .call,
        reference: "call-1",
        ttl: LengthOfTime(.seconds(60))
      )
    )
    #expect(again.message == placed && again.trailingMetadata["replayed"] == "true")
    try await daemon.stop()
  }

  @Test("an unresolved hold expires before the next read, or by the sweeper")
  func expiry() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("asked", dollars: 10)
    try await daemon.fund("forgotten", dollars: 10)
    var holds: [String] = []
    for wallet in ["asked", "forgotten"] {
      let placed = try await daemon.wallets.placeHold(
        PlaceHoldRequest(idempotencyKey: wallet, walletID: wallet, amount: Self.usd(4), reason: .call)
      )
      holds.append(try #require(placed.hold?.holdID))
    }
    daemon.time.advance(.seconds(599))
    #expect(try await daemon.wallet("asked").held == Self.usd(4))
    daemon.time.advance(.seconds(1))
    #expect(try await daemon.wallet("asked").held == Self.usd(0))
    let events = try await daemon.events(1, after: "") {
      try await LedgerSweeper(committer: daemon.committer, logger: Logger(label: "test")).sweep()
    }
    #expect(events.map(\.kind) == [.holdExpired])
    #expect(events.first?.change?.hold?.holdID == holds[1])
    #expect(events.first?.change?.actor == "ledger")
    let late = try await daemon.wallets.captureHold(
      CaptureHoldRequest(idempotencyKey: "late", holdID: holds[1], amount: Self.usd(12), final: true)
    )
    #expect(late.hold?.late == true && late.hold?.shortfall == Self.usd(2))
    #expect(late.entry?.shortfall == Self.usd(2))
    #expect(late.wallet?.available == Self.usd(-2))
    try await daemon.stop()
  }

  @Test("a release frees the whole hold, once")
  func release() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let placed = try await daemon.wallets.placeHold(
      PlaceHoldRequest(idempotencyKey: "1", walletID: "w", amount: Self.usd(10), reason: .text)
    )
    #expect(placed.lastUnit && placed.affordable == Self.usd(0))
    let id = try #require(placed.hold?.holdID)
    let released = try await daemon.wallets.releaseHold(ReleaseHoldRequest(idempotencyKey: "2", holdID: id))
    #expect(released.hold?.state == .released && released.wallet?.available == Self.usd(10))
    let twice = try await status {
      try await daemon.wallets.releaseHold(ReleaseHoldRequest(idempotencyKey: "3", holdID: id))
    }
    #expect(twice.errorInfo?.reason == "HOLD_RESOLVED" && twice.errorInfo?.metadata["state"] == "RELEASED")
    try await daemon.stop()
  }

  @Test("charges are refunded in parts, and grants and freezes take effect")
  func administration() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let charge = try await daemon.wallets.charge(
      ChargeRequest(idempotencyKey: "c", walletID: "w", amount: Self.usd(5), reason: .text, reference: "t")
    )
    let id = try #require(charge.entry?.entryID)
    let refund = try await daemon.wallets.refundCharge(
      RefundChargeRequest(idempotencyKey: "r1", entryID: id, amount: Self.usd(2))
    )
    #expect(refund.refundable == Self.usd(3) && refund.wallet?.posted == Self.usd(7))
    #expect(refund.entry?.kind == .refund && refund.entry?.refundedEntryID == id && refund.entry?.reference == "t")
    let grant = try await daemon.wallets.grantCredits(
      GrantCreditsRequest(idempotencyKey: "g", walletID: "w", amount: Self.usd(1), memo: "sorry")
    )
    let corrected = try await daemon.wallets.adjustBalance(
      AdjustBalanceRequest(
        idempotencyKey: "a",
        walletID: "w",
        kind: .correction,
        amount: Money(currencyCode: "USD", micros: 21),
        memo: "miscounted"
      )
    )
    #expect(corrected.entry?.kind == .correction && corrected.entry?.counterAccount == .corrections)
    #expect(corrected.entry?.reference == "miscounted" && corrected.wallet?.posted?.micros == 8_000_021)
    #expect(grant.entry?.kind == .grant && grant.entry?.reference == "sorry" && grant.entry?.counterAccount == .grants)
    let frozen = try await daemon.wallets.freezeWallet(FreezeWalletRequest(idempotencyKey: "f", walletID: "w"))
    #expect(frozen.wallet?.state == .frozen)
    let unfrozen = try await daemon.wallets.unfreezeWallet(UnfreezeWalletRequest(idempotencyKey: "u", walletID: "w"))
    #expect(unfrozen.wallet?.state == .active)
    _ = try await daemon.wallets.charge(
      ChargeRequest(idempotencyKey: "c2", walletID: "w", amount: Self.usd(8), reason: .text)
    )
    let leftover = try await status {
      try await daemon.wallets.closeWallet(CloseWalletRequest(idempotencyKey: "x0", walletID: "w"))
    }
    #expect(leftover.message.contains("write it off with AdjustBalance"))
    _ = try await daemon.wallets.adjustBalance(
      AdjustBalanceRequest(
        idempotencyKey: "o",
        walletID: "w",
        kind: .writeOff,
        amount: Money(currencyCode: "USD", micros: -21),
        memo: "less than a cent"
      )
    )
    let listed = try await daemon.wallets.listEntries(
      ListEntriesRequest(walletID: "w", kinds: [.writeOff, .correction])
    )
    #expect(listed.entries.map(\.kind) == [.writeOff, .correction])
    #expect(try await daemon.verdict().accounts.contains { $0.account == "WRITE_OFFS" && $0.balance?.micros == 21 })
    let unnamed = try await status {
      try await daemon.wallets.adjustBalance(
        AdjustBalanceRequest(idempotencyKey: "n", walletID: "w", amount: Self.usd(1), memo: "m")
      )
    }
    #expect(unnamed.violations == ["kind"])
    let closed = try await daemon.wallets.closeWallet(CloseWalletRequest(idempotencyKey: "x", walletID: "w"))
    #expect(closed.wallet?.state == .closed)
    try await daemon.stop()
  }
}
