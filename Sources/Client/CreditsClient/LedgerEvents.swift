public import CreditsAPI

/// The events of one change, and the cursor after them.
public struct EventBatch: Sendable, Hashable {
  /// Identifies the position after these events. Store it once they are processed, to resume the watch from there.
  public let cursor: String
  /// Empty if the server only reports the watch's position.
  public let events: [Event]
}

/// The events of all wallets, each delivered at least once. The sequence never ends: cancel the task that iterates it.
///
/// If the server becomes unavailable, the sequence resumes after the last events that were read, without a time limit.
public struct LedgerEvents: AsyncSequence, Sendable {
  public typealias Element = EventBatch

  let caller: Caller
  /// Where to resume; empty to start now.
  let cursor: String

  /// An iterator that throws ``CreditsError/Reason/cursorUnknown`` if another ledger issued the cursor.
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
