import CreditsClient

/// Brings everything to an end after the last recharge: nothing may be PROCESSING after an hour, and what needs review then
/// is settled by the machine's look-ups or by a person. Then the ledger has to take all events.
struct Aftermath {
  let stage: Stage
  let dashboard: Dashboard
  let wallets: [String: Int64?]
  private(set) var flaws: [String] = []
  /// What needed review after the hour.
  private(set) var reviews = 0
  /// How many of those a person has settled.
  private(set) var settledByHand = 0

  /// Recharges and refunds that are not final.
  private struct Open: Sendable {
    var recharges: [Recharge] = []
    var refunds: [RechargeRefund] = []

    var count: Int { recharges.count + refunds.count }

    /// What is neither final nor in review.
    var underWay: [String] {
      recharges.filter { $0.state != .needsReview }.map { "\($0.rechargeID): \($0.state)" }
        + refunds.filter { $0.state != .needsReview }.map { "\($0.refundID): \($0.state)" }
    }
  }

  private static let hour = 3600
  /// How often the ledger is read again, a second apart, until it is as it has to be.
  private static let patience = 120
  /// The time between two polls of the processor's events, in seconds.
  private static let pollInterval = 30
  private static let pollsPerComparison = 10

  init(_ stage: Stage, _ dashboard: Dashboard, _ wallets: [String: Int64?]) {
    self.stage = stage
    self.dashboard = dashboard
    self.wallets = wallets
  }

  /// Returns the comparison of the books at the end.
  mutating func run() async throws -> Comparison {
    let client = try await stage.client(0)
    try stage.clock.skip(Self.hour + 60)
    var open = try await find(in: Array(wallets.keys), client)
    var attempts = 0
    while !open.underWay.isEmpty, attempts < Self.patience {
      attempts += 1
      try await Task.sleep(for: .seconds(1))
      open = try await findAgain(open, client)
    }
    flaws += open.underWay.map { "\($0) after an hour" }
    reviews = open.count
    // The machine looks up on, at the latest after an hour.
    try stage.clock.skip(Self.hour)
    try await Task.sleep(for: .seconds(3))
    open = try await findAgain(open, client)
    settledByHand = open.count
    try await settle(open)
    return try await compare()
  }

  private func find(in wallets: [String], _ client: CreditsClient) async throws -> Open {
    var open = Open()
    try await inParallel(wallets) { wallet in
      var found = Open()
      for recharge in try await LedgerBooks.recharges(of: wallet, client) {
        if recharge.isOpen { found.recharges.append(recharge) }
        guard recharge.state == .paid else { continue }
        found.refunds += try await client.recharge.history(recharge.rechargeID).refunds.filter(\.isOpen)
      }
      return found
    } take: { found in
      open.recharges += found.recharges
      open.refunds += found.refunds
    }
    return open
  }

  private func findAgain(_ open: Open, _ client: CreditsClient) async throws -> Open {
    let wallets = open.recharges.map(\.walletID) + open.refunds.map(\.walletID)
    return try await find(in: Array(Set(wallets)), client)
  }

  private func settle(_ open: Open) async throws {
    let calls = PersistentCalls(credits: try await stage.client(0), wallet: "the reviewer")
    let reviewer = Reviewer(calls: calls, dashboard: dashboard)
    try await inParallel(open.recharges) {
      try await reviewer.settle(recharge: $0.rechargeID, isHasty: false)
    } take: {
    }
    try await inParallel(open.refunds) {
      try await reviewer.settle(refund: $0.refundID, of: $0.rechargeID, isHasty: false)
    } take: {
    }
  }

  /// Compares the books until they agree: `creditsd` fetches events every half minute, and what a person has given up may
  /// prove paid.
  private func compare() async throws -> Comparison {
    var comparison = try await Comparison(of: wallets, stage: stage)
    var attempts = 0
    while !comparison.flaws.isEmpty, attempts < Self.patience {
      attempts += 1
      for _ in 0..<Self.pollsPerComparison {
        try stage.clock.skip(Self.pollInterval)
        try await Task.sleep(for: .milliseconds(200))
      }
      comparison = try await Comparison(of: wallets, stage: stage)
    }
    return comparison
  }
}

extension Recharge {
  fileprivate var isOpen: Bool {
    state == .processing || state == .authenticationRequired || state == .needsReview
  }
}

extension RechargeRefund {
  fileprivate var isOpen: Bool { state == .processing || state == .needsReview }
}
