public import CreditsAPI

/// An element of ``WalletChanges``.
public enum WalletUpdate: Sendable, Hashable {
  /// The wallet when the watch started.
  case snapshot(Wallet)
  case change(Change)

  /// The wallet after this update; nil if the change carries none.
  public var wallet: Wallet? {
    switch self {
    case .snapshot(let wallet): wallet
    case .change(let change): change.wallet
    }
  }
}

/// The changes of a wallet: each exactly once, in order, without gaps. The sequence never ends: cancel the task that
/// iterates it.
///
/// If the server becomes unavailable or disconnects a slow reader, the sequence resumes after the last change that was
/// read, without a time limit.
public struct WalletChanges: AsyncSequence, Sendable {
  public typealias Element = WalletUpdate

  let caller: Caller
  let walletID: String
  /// The change to start after; nil to start with a snapshot.
  let sequence: Int64?

  /// An iterator that throws ``CreditsError/Reason/walletNotFound``, or ``CreditsError/Reason/snapshotRequired`` if the
  /// change to start after is too old.
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
