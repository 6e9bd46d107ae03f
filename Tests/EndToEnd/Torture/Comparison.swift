import CreditsClient

/// Compares the processor's books with the ledger's entries, to the cent.
struct Comparison {
  let books: ProcessorBooks
  let ledger: LedgerBooks
  private(set) var uncredited = 0
  private(set) var unpaid = 0
  private(set) var flaws: [String]

  init(of wallets: [String: Int64?], stage: Stage) async throws {
    ledger = try await LedgerBooks(of: wallets, try await stage.client(0))
    books = try ProcessorBooks(stage.books())
    flaws = books.flaws + ledger.flaws
    for (recharge, charge) in books.charges { compare(recharge, charge) }
    for recharge in ledger.posted.keys where books.charges[recharge] == nil {
      unpaid += 1
      flaws.append("\(recharge): credited, unknown to the processor")
    }
    for recharge in ledger.recharges { compare(recharge) }
    if books.charged != ledger.credited {
      flaws.append("charged \(books.charged.formatted), credited \(ledger.credited.formatted)")
    }
    if books.givenBack != ledger.debited || books.refunds + books.foreignRefunds != ledger.debits {
      flaws.append("given back \(books.givenBack.formatted), taken from wallets \(ledger.debited.formatted)")
    }
    for fields in try stage.booksOfOtherAccount() {
      flaws.append("another account has made something: \(fields.joined(separator: " "))")
    }
  }

  private mutating func compare(_ recharge: String, _ charge: ProcessorBooks.Charge) {
    let posted = ledger.posted[recharge] ?? LedgerBooks.Posted()
    if charge.isPaid, posted.credited == 0 {
      uncredited += 1
      flaws.append("\(recharge): charged, not credited")
    } else if !charge.isPaid, posted.credited != 0 {
      unpaid += 1
      flaws.append("\(recharge): credited, not charged")
    } else if charge.isPaid, posted.credited != charge.micros {
      flaws.append("\(recharge): charged \(charge.micros) micros, credited \(posted.credited)")
    }
    if charge.givenBack != posted.debited {
      flaws.append("\(recharge): given back \(charge.givenBack) micros, taken from its wallet \(posted.debited)")
    }
    if charge.withheld != posted.disputed {
      flaws.append("\(recharge): a bank has \(charge.withheld) micros, taken from its wallet \(posted.disputed)")
    }
  }

  private mutating func compare(_ recharge: Recharge) {
    let isPaid = books.charges[recharge.rechargeID]?.isPaid ?? false
    switch recharge.state {
    case .paid where isPaid, .declined where !isPaid, .failed where !isPaid: break
    default:
      flaws.append("\(recharge.rechargeID): \(recharge.state), but the processor's charge is paid: \(isPaid)")
    }
  }
}
