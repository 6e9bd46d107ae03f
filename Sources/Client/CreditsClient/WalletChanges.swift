public import CreditsAPI

/// What a watch of a wallet tells.
public enum WalletUpdate: Sendable, Hashable {
  /// The wallet as it was when the watch began.
  case snapshot(Wallet)
  case change(Change)

  /// The wallet after it.
  public var wallet: Wallet? {
    switch self {
    case .snapshot(let wallet): wallet
    case .change(let change): change.wallet
    }
  }
}

/// Every change of a wallet, once, in order, without a gap. It has no end: cancel the task that reads it.
///
/// Where the server goes away or cuts a slow reader off, it goes on behind the last change that was read, for as long as
/// it takes.
public struct WalletChanges: AsyncSequence, Sendable {
  public typealias Element = WalletUpdate

  let caller: Caller
  let walletID: String
  /// Behind which change to begin; nil for the wallet as it is.
  let sequence: Int64?

  /// For one reader.
  ///
  /// It throws ``CreditsError/Reason/walletNotFound``, and ``CreditsError/Reason/snapshotRequired`` when the change to
  /// begin behind is too long ago.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let walletID: String
    private let call: ResumingCall<WatchWalletRequest, WatchWalletResponse>
    private var sequence: Int64?

    fileprivate init(_ changes: WalletChanges) {
      walletID = changes.walletID
      sequence = changes.sequence
      call = ResumingCall(caller: changes.caller, method: WalletServiceMethods.watchWallet)
    }

    public mutating func next() async throws -> WalletUpdate? {
      while true {
        let start: WatchWalletRequest.Start = sequence.map { .afterSequence($0) } ?? .snapshot(true)
        let request = WatchWalletRequest(walletID: walletID, start: start)
        switch try await call.next(resumingWith: { request }).update {
        case .snapshot(let wallet)?:
          sequence = wallet.sequence
          return .snapshot(wallet)
        case .change(let change)?:
          guard let next = change.wallet?.sequence, next > sequence ?? 0 else { continue }
          sequence = next
          return .change(change)
        case nil: continue
        }
      }
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
