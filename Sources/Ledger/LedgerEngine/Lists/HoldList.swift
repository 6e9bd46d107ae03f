package import Ledger

/// A page of open holds.
package struct HoldPage: Sendable {
  /// The one that expires first first.
  package var holds: [Hold] = []
  /// The last hold of this page, after which the next page begins; nil on the last page.
  package var next: HoldPlace?
}

/// The place of an open hold in the order of expiry.
package struct HoldPlace: Hashable, Sendable {
  package var expireTime: LedgerTime
  /// The number of the record that placed the hold.
  package var placed: Int64

  package init(expireTime: LedgerTime, placed: Int64) {
    self.expireTime = expireTime
    self.placed = placed
  }
}

/// Gathers one page of the open holds of a wallet, or of all wallets.
final class HoldList: Scan {
  private static let holdsPerRead = 64

  private let walletID: WalletID?
  private let size: Int
  private let completion: @Sendable (Result<HoldPage, ScanError>) -> Void
  private var last: HoldPlace?
  private var page = HoldPage()
  private var isBegun = false

  /// - Parameters:
  ///   - walletID: nil for the holds of all wallets.
  ///   - last: The last hold of the previous page; nil for the first page.
  init(
    of walletID: WalletID?,
    after last: HoldPlace?,
    size: Int,
    completion: @escaping @Sendable (Result<HoldPage, ScanError>) -> Void
  ) {
    self.walletID = walletID
    self.last = last
    self.size = size
    self.completion = completion
  }

  var isAbandoned: Bool { false }

  func fail(_ error: ScanError) { completion(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    if !isBegun {
      if let walletID, try !store.hasWallet(walletID) {
        fail(.refused(.walletNotFound(walletID)))
        return .finished
      }
      // Holds whose time has come are given back before anything else is done with them.
      last = last ?? HoldPlace(expireTime: store.position.time, placed: .max)
      isBegun = true
    }
    repeat {
      // Read one more than fits, to learn whether a next page exists.
      let limit = min(Self.holdsPerRead, size - page.holds.count + 1)
      let rows = try store.openHolds(of: walletID, after: last, limit: limit)
      for row in rows {
        guard page.holds.count < size else {
          page.next = last
          completion(.success(page))
          return .finished
        }
        switch row.row {
        case .row(let found): page.holds.append(found.hold)
        case .damaged(let what):
          fail(.damaged(what))
          return .finished
        }
        last = row.key
      }
      guard rows.count == limit else {
        completion(.success(page))
        return .finished
      }
    } while !slice.isOver
    return .working
  }
}
