package import Ledger

/// A page of a wallet's recharges.
package struct RechargePage: Sendable {
  /// Newest first.
  package var recharges: [Recharge] = []
  /// The last recharge of this page, after which the next page begins; nil on the last page.
  package var next: RechargePlace?
}

/// Gathers one page of a wallet's recharges.
final class RechargeList: Scan {
  private static let rechargesPerRead = 64

  private let walletID: WalletID
  private let size: Int
  private let completion: @Sendable (Result<RechargePage, ScanError>) -> Void
  private var last: RechargePlace?
  private var page = RechargePage()
  private var isBegun = false

  /// - Parameter last: The last recharge of the previous page; nil for the first page.
  init(
    of walletID: WalletID,
    before last: RechargePlace?,
    size: Int,
    completion: @escaping @Sendable (Result<RechargePage, ScanError>) -> Void
  ) {
    self.walletID = walletID
    self.last = last
    self.size = size
    self.completion = completion
  }

  var isAbandoned: Bool { false }

  func fail(_ error: ScanError) { completion(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    if !isBegun { isBegun = try hasWallet(&store) }
    guard isBegun else {
      fail(.refused(.walletNotFound(walletID)))
      return .finished
    }
    repeat {
      // Read one more than fits, to learn whether a next page exists.
      let limit = min(Self.rechargesPerRead, size - page.recharges.count + 1)
      let places = try store.rechargeIDs(of: walletID, before: last, limit: limit)
      var needs = Needs(at: store.position.time)
      for place in places { GetRecharge(place.id).addNeeds(to: &needs) }
      let state = try store.load(needs)
      for place in places {
        guard page.recharges.count < size else {
          page.next = last
          completion(.success(page))
          return .finished
        }
        if let recharge = state.recharges[place.id]?.recharge { page.recharges.append(recharge) }
        last = place
      }
      guard places.count == limit else {
        completion(.success(page))
        return .finished
      }
    } while !slice.isOver
    return .working
  }

  private func hasWallet(_ store: inout some Store) throws(StoreError) -> Bool {
    var needs = Needs(at: store.position.time)
    GetWallet(walletID).addNeeds(to: &needs)
    return try store.load(needs).accounts[walletID] != nil
  }
}
