public import CreditsAPI

/// Events of one change, and where to go on behind them.
public struct EventBatch: Sendable, Hashable {
  /// Keep it once you have done with the events: whoever begins there hears of all that came later.
  public let cursor: String
  /// Empty where the watch only tells how far it is.
  public let events: [Event]
}

/// What happens in all wallets that somebody may have to be told of, at least once. It has no end: cancel the task that
/// reads it.
///
/// Where the server goes away, it goes on behind the last events that were read, for as long as it takes.
public struct LedgerEvents: AsyncSequence, Sendable {
  public typealias Element = EventBatch

  let caller: Caller
  /// Empty for now.
  let cursor: String

  /// For one reader. It throws ``CreditsError/Reason/cursorUnknown`` when the ledger is not the one that gave the
  /// cursor.
  public struct AsyncIterator: AsyncIteratorProtocol {
    private let call: ResumingCall<WatchEventsRequest, WatchEventsResponse>
    private var cursor: String

    fileprivate init(_ events: LedgerEvents) {
      cursor = events.cursor
      call = ResumingCall(caller: events.caller, method: WalletServiceMethods.watchEvents)
    }

    public mutating func next() async throws -> EventBatch? {
      let request = WatchEventsRequest(cursor: cursor)
      let response = try await call.next(resumingWith: { request })
      cursor = response.cursor
      return EventBatch(cursor: response.cursor, events: response.events)
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
