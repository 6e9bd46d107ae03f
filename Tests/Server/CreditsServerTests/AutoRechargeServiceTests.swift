import CreditsAPI
import CreditsServer
import Logging
import Testing
import UnixGRPC

@Suite("Automatic recharges over the wire", .timeLimit(.minutes(2)))
struct AutoRechargeServiceTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  static func usd(_ dollars: Int64) -> Money { WalletServiceTests.usd(dollars) }

  static func settings(
    _ enabled: Bool = true,
    threshold: Int64 = 10,
    amount: Int64 = 25,
    monthlyLimit: Int64? = nil
  ) -> AutoRechargeSettings {
    AutoRechargeSettings(
      enabled: enabled,
      threshold: usd(threshold),
      amount: usd(amount),
      monthlyLimit: monthlyLimit.map { usd($0) }
    )
  }

  /// Returns a daemon with a wallet that has paid for its first credits, with automatic recharges configured in that call.
  func daemon(
    _ settings: AutoRechargeSettings?,
    token: String = "pm_card_visa",
    dollars: Int64 = 20
  ) async throws -> TestDaemon {
    let daemon = try await TestDaemon(directory: directory.path)
    _ = try await daemon.wallets.createWallet(
      CreateWalletRequest(idempotencyKey: "create", walletID: "w", currencyCode: "USD")
    )
    let first = try await daemon.recharges.recharge(
      RechargeRequest(
        idempotencyKey: "first",
        walletID: "w",
        amount: Self.usd(dollars),
        paymentMethodToken: token,
        billingDetails: WalletServiceTests.billing,
        autoRecharge: settings
      )
    )
    #expect(first.recharge?.state == .paid)
    return daemon
  }

  private func report(_ daemon: TestDaemon) async throws -> GetAutoRechargeResponse {
    try await daemon.recharges.getAutoRecharge(GetAutoRechargeRequest(walletID: "w"))
  }

  private func charge(_ daemon: TestDaemon, _ dollars: Int64, key: String) async throws -> ChargeResponse {
    try await daemon.wallets.charge(
      ChargeRequest(idempotencyKey: key, walletID: "w", amount: Self.usd(dollars), reason: .call)
    )
  }

  /// Runs `cause`, and returns once `count` events of the wallet have followed.
  private func awaiting(
    _ count: Int,
    _ daemon: TestDaemon,
    cause: () async throws -> Void
  ) async throws -> [Event.Kind] {
    try await daemon.events(count, after: "", cause: cause).map(\.kind)
  }

  @Test("a charge that takes the credits below the threshold is followed by an automatic recharge")
  func fires() async throws {
    let daemon = try await daemon(Self.settings())
    let armed = try await report(daemon)
    #expect(armed.autoRecharge?.state == .armed)
    #expect(armed.explanation.contains("fires below $10.00") && armed.explanation.contains("$20.00"))
    let events = try await awaiting(2, daemon) {
      let spent = try await charge(daemon, 11, key: "spend")
      #expect(spent.wallet?.available == Self.usd(9))
    }
    #expect(events.contains(.rechargePaid))
    let paid = try await report(daemon)
    #expect(paid.wallet?.available == Self.usd(34))
    #expect(paid.autoRecharge?.state == .cooldown)
    #expect(paid.autoRecharge?.chargedThisMonth == Self.usd(25))
    #expect(daemon.processor.paidCharges == 2)
    #expect(try await daemon.verdict().sound)
    try await daemon.stop()
  }

  @Test("a refused charge of an empty wallet starts the recharge, and its retry under a new key succeeds")
  func empty() async throws {
    let daemon = try await daemon(nil, dollars: 10)
    _ = try await charge(daemon, 10, key: "all")
    let saved = try await daemon.recharges.setAutoRecharge(
      SetAutoRechargeRequest(idempotencyKey: "set", walletID: "w", settings: Self.settings(false))
    )
    #expect(saved.wallet?.autoRecharge?.state == .disabled && !saved.rechargeStarted)
    let off = try await status { try await charge(daemon, 1, key: "off") }
    #expect(off.errorInfo?.reason == "INSUFFICIENT_CREDITS")
    #expect(daemon.processor.paidCharges == 1)
    _ = try await awaiting(1, daemon) {
      let enabled = try await daemon.recharges.setAutoRecharge(
        SetAutoRechargeRequest(
          idempotencyKey: "on",
          walletID: "w",
          settings: AutoRechargeSettings(enabled: true)
        )
      )
      #expect(enabled.rechargeStarted)
    }
    _ = try await charge(daemon, 24, key: "spend")
    let dry = try await status { try await charge(daemon, 2, key: "dry") }
    #expect(dry.errorInfo?.reason == "INSUFFICIENT_CREDITS")
    // The first recharge is followed by a pause of a minute.
    #expect(try await report(daemon).autoRecharge?.state == .cooldown)
    daemon.time.advance(.seconds(60))
    _ = try await awaiting(1, daemon) {
      let refused = try await status(of: { try await charge(daemon, 2, key: "again") })
      #expect(refused.errorInfo?.reason == "INSUFFICIENT_CREDITS")
    }
    #expect(try await charge(daemon, 2, key: "retry").wallet?.available == Self.usd(24))
    try await daemon.stop()
  }

  @Test("continue after a restart, from the state in the ledger, and the sweeper ends the pause")
  func restart() async throws {
    var daemon = try await daemon(Self.settings())
    _ = try await awaiting(2, daemon) { _ = try await charge(daemon, 11, key: "first spend") }
    _ = try await charge(daemon, 30, key: "second spend")
    #expect(try await report(daemon).autoRecharge?.state == .cooldown)
    let time = daemon.time
    try await daemon.stop()
    daemon = try await TestDaemon(directory: directory.path, time: time)
    let sweeper = LedgerSweeper(committer: daemon.committer, logger: Logger(label: "test"))
    try await sweeper.sweep()
    #expect(daemon.processor.paidCharges == 2)
    time.advance(.seconds(60))
    _ = try await awaiting(1, daemon) { try await sweeper.sweep() }
    #expect(daemon.processor.paidCharges == 3)
    #expect(try await report(daemon).wallet?.available == Self.usd(29))
    try await daemon.stop()
  }

  @Test("64 concurrent callers never cause two at once, nor more than the monthly limit")
  func callers() async throws {
    let daemon = try await daemon(Self.settings(monthlyLimit: 260))
    let spent = try await withThrowingTaskGroup(of: Int.self) { group in
      for caller in 1...64 { group.addTask { try await spendAll(daemon, caller) } }
      return try await group.reduce(0, +)
    }
    // 20 from the first recharge, and 10 of the 25 recharges that fit into 260.
    #expect(spent == 270)
    #expect(daemon.processor.paidCharges == 11)
    var openRecharges = 0
    var started = 0
    let request = WatchWalletRequest(walletID: "w", start: .afterSequence(0))
    let call = try await daemon.client.startCall(WalletServiceMethods.watchWallet, request)
    for try await response in call {
      guard case .change(let change)? = response.update else { continue }
      switch change.kind {
      case .rechargeStarted:
        openRecharges += 1
        started += 1
      case .rechargePaid: openRecharges -= 1
      default: break
      }
      #expect((0...1).contains(openRecharges))
      if change.kind == .autoRechargeLimitReached { break }
    }
    #expect(started == 11)
    call.cancel()
    try await daemon.stop()
  }

  /// Spends a dollar at a time until no credits are left and none will come; returns the number. Advances time over pauses.
  private func spendAll(_ daemon: TestDaemon, _ caller: Int) async throws -> Int {
    var spent = 0
    for attempt in 1... {
      do {
        _ = try await charge(daemon, 1, key: "\(caller) \(attempt)")
        spent += 1
      } catch let refusal as GRPCStatus {
        #expect(refusal.errorInfo?.reason == "INSUFFICIENT_CREDITS")
        let report = try await report(daemon)
        if report.autoRecharge?.state == .limitReached, report.wallet?.posted?.micros == 0 { break }
        daemon.time.advance(.seconds(60))
      }
    }
    return spent
  }

  @Test("a hold can wait for the recharge that it causes")
  func waitingHold() async throws {
    let daemon = try await daemon(Self.settings(threshold: 15), dollars: 16)
    func place(_ dollars: Int64, key: String) async throws -> PlaceHoldResponse {
      try await daemon.wallets.placeHold(
        PlaceHoldRequest(
          idempotencyKey: key,
          walletID: "w",
          amount: Self.usd(dollars),
          reason: .call,
          waitForRecharge: true
        )
      )
    }
    // Nothing is in progress and nothing starts, so waiting would be in vain.
    #expect(try await status { try await place(17, key: "early") }.errorInfo?.reason == "INSUFFICIENT_CREDITS")
    let enabled = SetAutoRechargeRequest(
      idempotencyKey: "higher",
      walletID: "w",
      settings: Self.settings(threshold: 20)
    )
    #expect(try await daemon.recharges.setAutoRecharge(enabled).rechargeStarted)
    let held = try await place(40, key: "late")
    #expect(held.wallet?.available == Self.usd(1) && held.wallet?.posted == Self.usd(41))
    // The pause after a recharge has begun, so no recharge will come.
    #expect(try await status { try await place(2, key: "pause") }.errorInfo?.reason == "INSUFFICIENT_CREDITS")
    try await daemon.stop()
  }

  @Test("that are off name no decline, and name it again once they are on")
  func declineWhileOff() async throws {
    let daemon = try await daemon(Self.settings(threshold: 10), token: "pm_card_visa", dollars: 20)
    _ = try await daemon.cards.savePaymentMethod(
      SavePaymentMethodRequest(
        idempotencyKey: "failing",
        walletID: "w",
        paymentMethodToken: "pm_card_chargeCustomerFail",
        billingDetails: WalletServiceTests.billing
      )
    )
    _ = try await awaiting(2, daemon) { _ = try await charge(daemon, 11, key: "below") }
    #expect(try await report(daemon).autoRecharge?.declineCode == "generic_decline")
    for (isOn, code) in [(false, ""), (true, "generic_decline")] {
      let saved = try await daemon.recharges.setAutoRecharge(
        SetAutoRechargeRequest(
          idempotencyKey: "set \(isOn)",
          walletID: "w",
          settings: AutoRechargeSettings(enabled: isOn)
        )
      )
      #expect(saved.wallet?.autoRecharge?.state == (isOn ? .backoff : .disabled))
      #expect(saved.wallet?.autoRecharge?.declineCode == code)
    }
    try await daemon.stop()
  }

  @Test("a charge can wait for the recharge that is under way")
  func waitingCharge() async throws {
    let daemon = try await daemon(Self.settings(threshold: 15), dollars: 16)
    func charge(_ dollars: Int64, waits: Bool, key: String) async throws -> ChargeResponse {
      try await daemon.wallets.charge(
        ChargeRequest(
          idempotencyKey: key,
          walletID: "w",
          amount: Self.usd(dollars),
          reason: .call,
          waitForRecharge: waits
        )
      )
    }
    let enabled = SetAutoRechargeRequest(
      idempotencyKey: "higher",
      walletID: "w",
      settings: Self.settings(threshold: 20)
    )
    #expect(try await daemon.recharges.setAutoRecharge(enabled).rechargeStarted)
    let charged = try await charge(40, waits: true, key: "late")
    #expect(charged.wallet?.available == Self.usd(1) && charged.entry?.amount == Self.usd(-40))
    #expect(try await charge(40, waits: true, key: "late") == charged)
    // The pause after a recharge has begun, so no recharge will come.
    #expect(
      try await status { try await charge(2, waits: true, key: "pause") }.errorInfo?.reason == "INSUFFICIENT_CREDITS"
    )
    try await daemon.stop()
  }

  @Test("needs a card, and amounts within the limits")
  func refusals() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 5)
    func refusal(_ settings: AutoRechargeSettings?) async throws -> GRPCStatus {
      try await status {
        try await daemon.recharges.setAutoRecharge(
          SetAutoRechargeRequest(idempotencyKey: "set", walletID: "w", settings: settings)
        )
      }
    }
    #expect(try await refusal(nil).violations == ["settings"])
    #expect(
      try await refusal(AutoRechargeSettings(enabled: true)).violations == ["settings.threshold"]
    )
    #expect(try await refusal(Self.settings(threshold: 9)).violations == ["settings.threshold.micros"])
    #expect(try await refusal(Self.settings(threshold: 1001)).violations == ["settings.threshold.micros"])
    #expect(try await refusal(Self.settings(amount: 9)).violations == ["settings.amount.micros"])
    #expect(try await refusal(Self.settings(amount: 1001)).violations == ["settings.amount.micros"])
    #expect(try await refusal(Self.settings(monthlyLimit: 24)).violations == ["settings.monthly_limit.micros"])
    var cents = Self.settings()
    cents.amount?.micros += 1
    #expect(try await refusal(cents).violations == ["settings.amount.micros"])
    var euros = Self.settings()
    euros.threshold?.currencyCode = "EUR"
    #expect(try await refusal(euros).errorInfo?.reason == "CURRENCY_MISMATCH")
    // No limit of a recharge bounds what a month may cost.
    #expect(
      try await refusal(Self.settings(monthlyLimit: 1_000_000)).errorInfo?.reason == "PAYMENT_METHOD_REQUIRED"
    )
    let resumed = try await status {
      try await daemon.recharges.resumeAutoRecharge(
        ResumeAutoRechargeRequest(idempotencyKey: "resume", walletID: "w")
      )
    }
    #expect(resumed.errorInfo?.reason == "AUTO_RECHARGE_DISABLED")
    let report = try await report(daemon)
    #expect(report.autoRecharge == nil && report.explanation.hasPrefix("off"))
    try await daemon.stop()
  }
}
