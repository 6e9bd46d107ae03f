/// Runs a fixed number of customers concurrently, each replaced when it is done, until there are enough recharges.
struct CustomerPool: Sendable {
  let stage: Stage
  let dashboard: Dashboard
  let tally: Tally
  let seed: UInt64
  let customers: Int

  /// Returns what each wallet has paid for, in micros; nil if that is not known.
  func run() async throws -> [String: Int64?] {
    try await withThrowingTaskGroup(of: (String, Int64?).self) { group in
      var number = 0
      var wallets: [String: Int64?] = [:]
      func startCustomer() async throws {
        number += 1
        let customer = Customer(
          number: number,
          credits: try await stage.client(number),
          dashboard: dashboard,
          tally: tally,
          cards: .simulated,
          seed: seed
        )
        group.addTask {
          do {
            return (customer.wallet, try await customer.live())
          } catch {
            tally.flaw("\(customer.wallet): \(error)")
            return (customer.wallet, nil)
          }
        }
      }
      while number < customers, tally.isOpen { try await startCustomer() }
      while let (wallet, spent) = try await group.next() {
        wallets.updateValue(spent, forKey: wallet)
        if tally.isOpen { try await startCustomer() }
      }
      return wallets
    }
  }
}
