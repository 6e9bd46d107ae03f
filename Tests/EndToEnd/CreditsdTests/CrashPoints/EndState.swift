import CreditsClient

/// The state that must be the same at the end of each run, without ids and times, which differ.
struct EndState: Equatable, Sendable {
  var balances: [Money?]
  var state: Wallet.State
  var autoRecharge: AutoRecharge.State?
  /// Every change of the wallet, with the available credit after it.
  var changes: [String]
  /// The last four digits of the saved card.
  var last4: String?
  /// The processor's charges, refunds and disputes, with micros and status.
  var books: [String]
  var cards: [String]
  /// The processor's attached cards, with their final states.
  var attachments: [String]

  init(_ credits: CreditsClient, wallet id: String, simulator: ProcessorProcess) async throws {
    let wallet = try await credits.wallet.get(id)
    balances = [wallet.posted, wallet.held, wallet.available]
    state = wallet.state
    autoRecharge = wallet.autoRecharge?.state
    changes = []
    for try await update in credits.wallet.changes(id, after: 0) {
      guard case .change(let change) = update else { continue }
      changes.append("\(change.kind) \(change.wallet?.available?.formatted ?? "")")
      if change.wallet?.sequence == wallet.sequence { break }
    }
    last4 = try await credits.recharge.options(id).paymentMethod?.last4
    books = try simulator.listing().map { "\($0[0]) \($0[3]) \($0[5])" }.sorted()
    var attachments: [Substring: String] = [:]
    for line in try simulator.books() where line.hasPrefix("attachment\t") {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      attachments[fields[1]] = "\(fields[4]) \(fields[5])"
    }
    self.attachments = attachments.values.sorted()
    cards = try await credits.paymentMethod.list(id).paymentMethods.map(\.last4).sorted()
  }
}
