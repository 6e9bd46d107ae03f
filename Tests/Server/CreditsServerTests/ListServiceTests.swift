import CreditsAPI
import Testing
import UnixGRPC

@Suite("Lists over the wire", .timeLimit(.minutes(2)))
struct ListServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  func daemonWithEntries(_ count: Int) async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 100)
    for index in 0..<count {
      _ = try await daemon.wallets.charge(
        ChargeRequest(
          idempotencyKey: "k\(index)",
          walletID: "w",
          amount: Money(currencyCode: "USD", micros: Int64(index + 1)),
          reason: .call,
          reference: "c\(index)"
        )
      )
    }
    return daemon
  }

  @Test("entries are listed newest first and once each, 50 to a page by default")
  func pages() async throws {
    let daemon = try await daemonWithEntries(120)
    var request = ListEntriesRequest(walletID: "w")
    var sizes: [Int] = []
    var references: [String] = []
    repeat {
      let page = try await daemon.wallets.listEntries(request)
      sizes.append(page.entries.count)
      references += page.entries.map(\.reference)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    #expect(sizes == [50, 50, 21])
    #expect(references == (0..<120).reversed().map { "c\($0)" } + [""])
    let all = try await daemon.wallets.listEntries(ListEntriesRequest(walletID: "w", pageSize: 5000))
    #expect(all.entries.count == 121 && all.nextPageToken.isEmpty)
    #expect(all.entries.last?.kind == .grant)
    try await daemon.stop()
  }

  @Test("entries of every kind are listed as the calls returned them")
  func entries() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "w", walletID: "w", currencyCode: "USD")
    )
    let recharge = try await daemon.recharges.recharge(
      RechargeRequest(
        idempotencyKey: "r",
        walletID: "w",
        amount: WalletServiceTests.usd(10),
        paymentMethodToken: "pm_card_visa",
        billingDetails: WalletServiceTests.billing
      )
    )
    let charge = try await daemon.wallets.charge(
      ChargeRequest(idempotencyKey: "c", walletID: "w", amount: WalletServiceTests.usd(1), reason: .call)
    )
    let refund = try await daemon.wallets.refundCharge(
      RefundChargeRequest(
        idempotencyKey: "f",
        entryID: try #require(charge.entry?.entryID),
        amount: WalletServiceTests.usd(1)
      )
    )
    let grant = try await daemon.wallets.grantCredits(
      GrantCreditsRequest(idempotencyKey: "g", walletID: "w", amount: WalletServiceTests.usd(1))
    )
    let hold = try await daemon.wallets.placeHold(
      PlaceHoldRequest(idempotencyKey: "h", walletID: "w", amount: WalletServiceTests.usd(1), reason: .call)
    )
    let capture = try await daemon.wallets.captureHold(
      CaptureHoldRequest(
        idempotencyKey: "p",
        holdID: try #require(hold.hold?.holdID),
        amount: WalletServiceTests.usd(1)
      )
    )
    let answered = [capture.entry, grant.entry, refund.entry, charge.entry, recharge.entry]
    #expect(
      try await daemon.wallets.listEntries(ListEntriesRequest(walletID: "w")).entries == answered.compactMap(\.self)
    )
    let kinds = ListEntriesRequest(walletID: "w", kinds: [.recharge, .refund])
    #expect(try await daemon.wallets.listEntries(kinds).entries == [refund.entry, recharge.entry].compactMap(\.self))
    let none = ListEntriesRequest(walletID: "w", endTime: charge.entry?.createTime)
    let before = try await daemon.wallets.listEntries(none).entries
    #expect(before.allSatisfy { ($0.createTime?.seconds ?? 0) < (charge.entry?.createTime?.seconds ?? 0) })
    try await daemon.stop()
  }

  @Test(
    "what is open is listed over all wallets: holds, and recharges by state, with the processor's name of the charge"
  )
  func open() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    var holds: [String] = []
    for (wallet, token) in [("a", "pm_card_visa"), ("b", "pm_card_authenticationRequired"), ("c", "pm_card_visa")] {
      try await daemon.fund(wallet, dollars: 5)
      _ = try await daemon.recharges.recharge(
        RechargeRequest(
          idempotencyKey: "r-\(wallet)",
          walletID: wallet,
          amount: WalletServiceTests.usd(10),
          paymentMethodToken: token,
          billingDetails: WalletServiceTests.billing
        )
      )
      let placed = try await daemon.wallets.placeHold(
        PlaceHoldRequest(
          idempotencyKey: "h-\(wallet)",
          walletID: wallet,
          amount: WalletServiceTests.usd(1),
          reason: .call
        )
      )
      holds.append(try #require(placed.hold).holdID)
      daemon.time.advance(.seconds(1))
    }
    func recharges(_ states: [Recharge.State], of wallet: String = "") async throws -> [Recharge] {
      var request = ListRechargesRequest(walletID: wallet, pageSize: 1, states: states)
      var found: [Recharge] = []
      repeat {
        let page = try await daemon.recharges.listRecharges(request)
        found += page.recharges
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      return found
    }
    #expect(try await recharges([]).map(\.walletID) == ["c", "b", "a"])
    #expect(try await recharges([.authenticationRequired]).map(\.walletID) == ["b"])
    #expect(try await recharges([.paid, .processing]).map(\.walletID) == ["c", "a"])
    #expect(try await recharges([.paid], of: "b").isEmpty)
    #expect(try await recharges([]).allSatisfy { !$0.processorChargeID.isEmpty })
    let unnamed = try await status { try await recharges([.unspecified]) }
    #expect(unnamed.violations == ["states"])

    var request = ListHoldsRequest(pageSize: 2)
    var found: [Hold] = []
    repeat {
      let page = try await daemon.wallets.listHolds(request)
      found += page.holds
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    #expect(found.map(\.holdID) == holds && found.allSatisfy { $0.state == .held })
    #expect(try await daemon.wallets.listHolds(ListHoldsRequest(walletID: "b")).holds.map(\.holdID) == [holds[1]])
    // Those whose time has come are not open any more, though nobody has looked at them yet.
    daemon.time.advance(.seconds(600))
    _ = try await daemon.wallet("a")
    #expect(try await daemon.wallets.listHolds(ListHoldsRequest()).holds.isEmpty)
    let missing = try await status { try await daemon.wallets.listHolds(ListHoldsRequest(walletID: "nobody")) }
    #expect(missing.errorInfo?.reason == "WALLET_NOT_FOUND")
    try await daemon.stop()
  }

  @Test("memos of administrators are shown with the changes that they explain")
  func memos() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 5)
    let charge = try await daemon.wallets.charge(
      ChargeRequest(
        idempotencyKey: "c",
        walletID: "w",
        amount: WalletServiceTests.usd(5),
        reason: .call,
        reference: "x"
      )
    )
    let refund = try await daemon.wallets.refundCharge(
      RefundChargeRequest(
        idempotencyKey: "r",
        entryID: try #require(charge.entry).entryID,
        amount: WalletServiceTests.usd(5),
        memo: "dropped"
      )
    )
    #expect(refund.entry?.memo == "dropped" && refund.entry?.reference == "x")
    _ = try await daemon.wallets.freezeWallet(FreezeWalletRequest(idempotencyKey: "f", walletID: "w", memo: "fraud?"))
    _ = try await daemon.wallets.unfreezeWallet(UnfreezeWalletRequest(idempotencyKey: "u", walletID: "w", memo: "no"))
    _ = try await daemon.wallets.adjustBalance(
      AdjustBalanceRequest(
        idempotencyKey: "a",
        walletID: "w",
        kind: .writeOff,
        amount: WalletServiceTests.usd(-5),
        memo: "left"
      )
    )
    _ = try await daemon.wallets.closeWallet(CloseWalletRequest(idempotencyKey: "x", walletID: "w", memo: "moved"))
    let watch = try await daemon.client.startCall(
      WalletServiceMethods.watchWallet,
      WatchWalletRequest(walletID: "w", start: .afterSequence(0))
    )
    var memos: [String] = []
    for try await response in watch {
      guard case .change(let change)? = response.update else { continue }
      memos.append(change.memo)
      if change.kind == .walletClosed { break }
    }
    watch.cancel()
    #expect(memos == ["", "", "", "dropped", "fraud?", "no", "left", "moved"])
    #expect(
      try await daemon.wallets.getEntry(GetEntryRequest(entryID: refund.entry?.entryID ?? "")).entry == refund.entry
    )
    try await daemon.stop()
  }

  @Test("a page token is valid only with the fields of its request")
  func tokens() async throws {
    let daemon = try await daemonWithEntries(5)
    try await daemon.fund("v", dollars: 1)
    let request = ListEntriesRequest(walletID: "w", pageSize: 2)
    let token = try await daemon.wallets.listEntries(request).nextPageToken
    var good = request
    good.pageToken = token
    #expect(try await daemon.wallets.listEntries(good).entries.map(\.reference) == ["c2", "c1"])
    var others = [good, good, good]
    others[0].walletID = "v"
    others[1].kinds = [.charge]
    others[2].startTime = Timestamp(seconds: 1)
    let broken = ["x", "1", "1.1.1", token + "0", "0.0.0", token.uppercased() + "."]
    for bad in others + broken.map({ ListEntriesRequest(walletID: "w", pageToken: $0) }) {
      let status = try await status { try await daemon.wallets.listEntries(bad) }
      #expect(status.errorInfo?.reason == "FIELD_INVALID" && status.violations == ["page_token"], "\(bad)")
    }
    try await daemon.stop()
  }

  @Test("wallets are listed in order of creation")
  func wallets() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    let names = (0..<7).map { "w\(6 - $0)" }
    for name in names { try await daemon.fund(name, dollars: 1) }
    var request = ListWalletsRequest(pageSize: 3)
    var found: [Wallet] = []
    repeat {
      let page = try await daemon.wallets.listWallets(request)
      found += page.wallets
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    #expect(found.map(\.walletID) == names)
    #expect(found.first == (try await daemon.wallet("w6")))
    for bad in [ListWalletsRequest(pageToken: "?"), ListWalletsRequest(pageSize: -1)] {
      let status = try await status { try await daemon.wallets.listWallets(bad) }
      #expect(status.errorInfo?.reason == "FIELD_INVALID")
    }
    try await daemon.stop()
  }
}
