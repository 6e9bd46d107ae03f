import CreditsClient

/// What the ledger says of each recharge and wallet.
struct LedgerBooks: Sendable {
  /// The totals of a recharge's entries, in micros.
  struct Posted {
    var credited: Int64 = 0
    var debited: Int64 = 0
    var disputed: Int64 = 0
  }

  /// By recharge id.
  private(set) var posted: [String: Posted] = [:]
  private(set) var recharges: [Recharge] = []
  private(set) var credits = 0
  private(set) var credited = Money.micros(0)
  private(set) var doubleCredits = 0
  private(set) var debits = 0
  private(set) var debited = Money.micros(0)
  private(set) var disputed = Money.micros(0)
  private(set) var flaws: [String] = []

  /// - Parameter wallets: What each wallet has paid for, in micros; nil if that is not known.
  init(of wallets: [String: Int64?], _ client: CreditsClient) async throws {
    try await inParallel(Array(wallets)) { wallet in
      let entries = try await Self.all { try await client.wallet.entries(wallet.key, pageSize: 1000, pageToken: $0) }
      let recharges = try await Self.recharges(of: wallet.key, client)
      return (wallet, entries, recharges, try await client.wallet.get(wallet.key))
    } take: { wallet, entries, recharges, now in
      self.recharges += recharges
      var spent: Int64 = 0
      for entry in entries {
        take(entry)
        if entry.kind == .charge { spent -= entry.amount?.micros ?? 0 }
      }
      let sum = entries.reduce(0) { $0 + ($1.amount?.micros ?? 0) }
      if now.posted?.micros != sum { flaws.append("\(wallet.key): holds \(now.posted?.micros ?? 0), entries \(sum)") }
      if let expected = wallet.value, spent != expected {
        flaws.append("\(wallet.key): has paid for \(spent) micros, its customer for \(expected)")
      }
    }
  }

  static func recharges(of wallet: String, _ client: CreditsClient) async throws -> [Recharge] {
    try await all { try await client.recharge.list(wallet, pageSize: 1000, pageToken: $0) }
  }

  private static func all<Item>(_ page: (String) async throws -> Page<Item>) async throws -> [Item] {
    var items: [Item] = []
    var token = ""
    repeat {
      let next = try await page(token)
      items += next.items
      token = next.nextPageToken
    } while !token.isEmpty
    return items
  }

  private mutating func take(_ entry: Entry) {
    let micros = entry.amount?.micros ?? 0
    switch entry.kind {
    case .recharge:
      credits += 1
      credited.micros += micros
      if posted[entry.rechargeID]?.credited ?? 0 != 0 {
        doubleCredits += 1
        flaws.append("\(entry.rechargeID): credited twice")
      }
      posted[entry.rechargeID, default: Posted()].credited += micros
    case .dispute:
      disputed.micros -= micros
      posted[entry.rechargeID, default: Posted()].disputed -= micros
    case .rechargeRefund:
      debits += micros < 0 ? 1 : -1
      debited.micros -= micros
      posted[entry.rechargeID, default: Posted()].debited -= micros
    default: break
    }
  }
}
