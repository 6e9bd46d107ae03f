import CreditsClient

/// Compares the processor's books with the ledger's entries at the end of the run.
struct Comparison {
  private(set) var paidCharges = 0
  private(set) var charged = Money.micros(0)
  private(set) var credits = 0
  private(set) var credited = Money.micros(0)
  /// The number of recharges that the processor has charged more than once.
  private(set) var doubleCharges = 0
  private(set) var doubleCredits = 0
  private(set) var uncredited = 0
  private(set) var unpaid = 0
  /// The number of refunds that the processor has made.
  private(set) var refunds = 0
  private(set) var refunded = Money.micros(0)
  /// The number of entries that debit wallets for refunds.
  private(set) var refundEntries = 0
  private(set) var debited = Money.micros(0)
  /// The total that banks withhold for disputes by the processor's events, compared with `disputed` of the ledger.
  private(set) var taken = Money.micros(0)
  private(set) var disputed = Money.micros(0)
  let verdict: Verdict
  private(set) var flaws: [String] = []

  private struct Charge {
    var micros: Int64
    var isPaid: Bool
    /// Refunded micros.
    var refunded: Int64 = 0
    /// Micros that a bank withholds, by the events so far.
    var taken: Int64 = 0
  }

  /// The ledger's totals of a recharge, in micros.
  private struct Posted {
    var credited: Int64 = 0
    var debited: Int64 = 0
    var disputed: Int64 = 0
  }

  private static let readers = 64

  /// - Parameters:
  ///   - wallets: The expected balance of each wallet, in micros; nil if unknown.
  ///   - taken: The micros that banks withhold, by charge id.
  init(of wallets: [String: Int64?], taken: [String: Int64], stage: Stage) async throws {
    let client = try await stage.client(0)
    verdict = try await client.ledger.verify()
    if !verdict.sound { flaws.append("the ledger's proof fails: \(verdict.flaws)") }
    let charges = try books(stage, taken)
    let entries = try await entries(of: wallets, client)
    for (recharge, charge) in charges {
      let credit = entries[recharge]
      if charge.isPaid, credit == nil {
        uncredited += 1
        flaws.append("\(recharge): charged, not credited")
      } else if !charge.isPaid, credit != nil {
        unpaid += 1
        flaws.append("\(recharge): credited, not charged")
      } else if let credit, credit.credited != charge.micros {
        flaws.append("\(recharge): charged \(charge.micros) micros, credited \(credit.credited)")
      }
      if charge.refunded != credit?.debited ?? 0 {
        flaws.append("\(recharge): given back \(charge.refunded) micros, taken from its wallet \(credit?.debited ?? 0)")
      }
    }
    for recharge in entries.keys where charges[recharge] == nil {
      unpaid += 1
      flaws.append("\(recharge): credited, unknown to the processor")
    }
    for (recharge, charge) in charges where charge.taken != entries[recharge]?.disputed ?? 0 {
      let disputed = entries[recharge]?.disputed ?? 0
      flaws.append("\(recharge): a bank has \(charge.taken) micros, taken from its wallet \(disputed)")
    }
    try await compareStates(charges, client)
    if charged != credited { flaws.append("charged \(charged.formatted), credited \(credited.formatted)") }
    if refunded != debited || refunds != refundEntries {
      flaws.append("given back \(refunded.formatted), taken from wallets \(debited.formatted)")
    }
  }

  /// Returns the processor's charges, by recharge id.
  private mutating func books(_ stage: Stage, _ taken: [String: Int64]) throws -> [String: Charge] {
    var charges: [String: Charge] = [:]
    var recharges: [Substring: String] = [:]
    let books = try stage.books()
    for fields in books where fields[0] == "charge" {
      recharges[fields[1]] = String(fields[2])
      guard let micros = Int64(fields[3]) else { throw TortureError(description: "\(fields): no amount") }
      let charge = Charge(micros: micros, isPaid: fields[5] == "paid", taken: taken[String(fields[1])] ?? 0)
      self.taken.micros += charge.taken
      if charge.isPaid {
        paidCharges += 1
        charged.micros += micros
      }
      if let other = charges.updateValue(charge, forKey: String(fields[2])) {
        if other.isPaid, charge.isPaid { doubleCharges += 1 }
        flaws.append("\(fields[2]): the processor has two charges")
      }
    }
    for fields in books where fields[0] == "refund" && fields[5] == "refunded" {
      guard let micros = Int64(fields[3]), let recharge = recharges[fields[2]] else {
        throw TortureError(description: "\(fields): a refund of no charge")
      }
      refunds += 1
      refunded.micros += micros
      charges[recharge]?.refunded += micros
    }
    return charges
  }

  /// Returns the ledger's totals by recharge id, and checks the balance of each wallet.
  private mutating func entries(of wallets: [String: Int64?], _ client: CreditsClient) async throws -> [String: Posted]
  {
    var posted: [String: Posted] = [:]
    try await each(Array(wallets)) { wallet in
      var entries: [Entry] = []
      var token = ""
      repeat {
        let page = try await client.wallet.entries(wallet.key, pageSize: 1000, pageToken: token)
        entries += page.items
        token = page.nextPageToken
      } while !token.isEmpty
      return (wallet, entries, try await client.recharge.options(wallet.key))
    } take: { wallet, entries, options in
      let sum = entries.reduce(0) { $0 + ($1.amount?.micros ?? 0) }
      let balance = options.wallet?.posted?.micros
      let expected = wallet.value ?? sum
      if balance != expected || sum != expected {
        flaws.append("\(wallet.key): holds \(balance ?? 0) micros, entries \(sum), has to hold \(expected)")
      }
      if !options.openRechargeID.isEmpty { flaws.append("\(wallet.key): \(options.openRechargeID) is still open") }
      for entry in entries where entry.kind == .recharge {
        let micros = entry.amount?.micros ?? 0
        credits += 1
        credited.micros += micros
        if posted[entry.rechargeID]?.credited ?? 0 != 0 {
          doubleCredits += 1
          flaws.append("\(entry.rechargeID): credited twice")
        }
        posted[entry.rechargeID, default: Posted()].credited += micros
      }
      for entry in entries where entry.kind == .dispute {
        let micros = -(entry.amount?.micros ?? 0)
        disputed.micros += micros
        posted[entry.rechargeID, default: Posted()].disputed += micros
      }
      for entry in entries where entry.kind == .rechargeRefund {
        let micros = -(entry.amount?.micros ?? 0)
        refundEntries += micros > 0 ? 1 : -1
        debited.micros += micros
        posted[entry.rechargeID, default: Posted()].debited += micros
      }
    }
    return posted
  }

  private mutating func compareStates(_ charges: [String: Charge], _ client: CreditsClient) async throws {
    try await each(Array(charges)) { charge in
      (charge, try await client.recharge.get(charge.key))
    } take: { charge, recharge in
      guard recharge.state != (charge.value.isPaid ? .paid : .declined) else { return }
      flaws.append("\(charge.key): \(recharge.state), but the processor's charge is paid: \(charge.value.isPaid)")
    }
  }

  /// Queries all items, a limited number at a time.
  private func each<Item: Sendable, Answer: Sendable>(
    _ items: [Item],
    ask: @escaping @Sendable (Item) async throws -> Answer,
    take: (Answer) -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Answer.self) { group in
      for (index, item) in items.enumerated() {
        if index >= Self.readers, let answer = try await group.next() { take(answer) }
        group.addTask { try await ask(item) }
      }
      while let answer = try await group.next() { take(answer) }
    }
  }
}
