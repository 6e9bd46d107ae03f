package import Ledger

/// A page of the list of all wallets.
package struct WalletPage: Sendable {
  /// In order of creation.
  package var wallets: [Wallet] = []
  /// The number of the record that created the last wallet of this page; nil on the last page.
  package var next: Int64?
}

/// Gathers one page of all wallets.
final class WalletList: Scan {
  private static let walletsPerRead = 64

  private let size: Int
  private let completion: @Sendable (Result<WalletPage, ScanError>) -> Void
  private var last: Int64?
  private var page = WalletPage()

  /// - Parameter last: The record that created the last wallet of the previous page; nil for the first page.
  init(after last: Int64?, size: Int, completion: @escaping @Sendable (Result<WalletPage, ScanError>) -> Void) {
    self.last = last
    self.size = size
    self.completion = completion
  }

  var isAbandoned: Bool { false }

  func fail(_ error: ScanError) { completion(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    repeat {
      // Read one more than fits, to learn whether a next page exists.
      let rows = try store.accounts(after: last, limit: min(Self.walletsPerRead, size - page.wallets.count + 1))
      guard !rows.isEmpty else {
        completion(.success(page))
        return .finished
      }
      for row in rows {
        guard page.wallets.count < size else {
          page.next = last
          completion(.success(page))
          return .finished
        }
        switch row.row {
        case .row(let account): page.wallets.append(account.wallet(readAt: store.position.time))
        case .damaged(let what):
          fail(.damaged(what))
          return .finished
        }
        last = row.key
      }
    } while !slice.isOver
    return .working
  }
}
