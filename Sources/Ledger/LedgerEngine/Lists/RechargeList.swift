package import Ledger

/// Selects recharges.
package struct RechargeFilter: Hashable, Sendable {
  /// nil for the recharges of all wallets.
  package var walletID: WalletID?
  /// The states to include; empty for all.
  package var states: Set<RechargeState>

  package init(walletID: WalletID?, states: Set<RechargeState> = []) {
    self.walletID = walletID
    self.states = states
  }

  func takes(_ recharge: Recharge) -> Bool { states.isEmpty || states.contains(recharge.state) }
}

/// A page of recharges.
package struct RechargePage: Sendable {
  /// Newest first.
  package var recharges: [Recharge] = []
  /// The last recharge of this page, after which the next page begins; nil on the last page.
  package var next: RechargePlace?
}

/// Gathers one page of the recharges of a wallet, or of all wallets.
final class RechargeList: Scan {
  private static let rechargesPerRead = 64

  private let filter: RechargeFilter
  private let size: Int
  private let completion: @Sendable (Result<RechargePage, ScanError>) -> Void
  private var last: RechargePlace?
  private var page = RechargePage()
  private var isBegun = false

  /// - Parameter last: The last recharge of the previous page; nil for the first page.
  init(
    _ filter: RechargeFilter,
    before last: RechargePlace?,
    size: Int,
    completion: @escaping @Sendable (Result<RechargePage, ScanError>) -> Void
  ) {
    self.filter = filter
    self.last = last
    self.size = size
    self.completion = completion
  }

  var isAbandoned: Bool { false }

  func fail(_ error: ScanError) { completion(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    if !isBegun, let walletID = filter.walletID, try !store.hasWallet(walletID) {
      fail(.refused(.walletNotFound(walletID)))
      return .finished
    }
    isBegun = true
    repeat {
      // Read one more than fits, to learn whether a next page exists.
      let limit = min(Self.rechargesPerRead, size - page.recharges.count + 1)
      let places = try places(in: &store, limit: limit)
      var needs = Needs(at: store.position.time)
      for place in places { GetRecharge(place.id).addNeeds(to: &needs) }
      let state = try store.load(needs)
      for place in places {
        guard page.recharges.count < size else {
          page.next = last
          completion(.success(page))
          return .finished
        }
        if let recharge = state.recharges[place.id]?.recharge, filter.takes(recharge) {
          page.recharges.append(recharge)
        }
        last = place
      }
      guard places.count == limit else {
        completion(.success(page))
        return .finished
      }
    } while !slice.isOver
    return .working
  }

  private func places(in store: inout some Store, limit: Int) throws(StoreError) -> [RechargePlace] {
    if let walletID = filter.walletID { return try store.rechargeIDs(of: walletID, before: last, limit: limit) }
    let states = filter.states.isEmpty ? Set(RechargeState.allCases) : filter.states
    return try store.rechargeIDs(in: states, before: last, limit: limit)
  }
}

extension Store {
  mutating func hasWallet(_ walletID: WalletID) throws(StoreError) -> Bool {
    var needs = Needs(at: position.time)
    GetWallet(walletID).addNeeds(to: &needs)
    return try load(needs).accounts[walletID] != nil
  }
}
