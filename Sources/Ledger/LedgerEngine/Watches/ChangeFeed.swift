import Ledger
import Synchronization

/// The recent changes of a watched wallet, kept once for all its readers.
///
/// A reader is a position, the sequence of the last change that it has taken, so that a reader that lags costs no more than
/// one that does not. The committer's thread appends, and does not wait for readers: what exceeds the limits is dropped from
/// the old end, and a reader that still needed it is told to resume.
final class ChangeFeed: Sendable {
  /// The maximum number of changes by which a reader may lag.
  static let mostChanges = 100_000
  /// The maximum size of the changes kept for readers that lag, in bytes.
  static let mostBytes = 16 << 20
  /// Changes that are kept although every reader has taken them, so that one that was cut off can resume here.
  static let spareChanges = 1024
  /// The maximum number of changes taken at once: some 16 KiB.
  static let changesPerRead = 64

  typealias ReaderID = Int

  fileprivate struct State {
    /// The change with sequence `first + index - head` is at `index`; those before `head` are dropped.
    var changes: [SharedChange?] = []
    var head = 0
    var first: Int64
    var byteCount = 0
    var positions: [ReaderID: Int64] = [:]
    var waiting: [ReaderID: CheckedContinuation<Void, Never>] = [:]
    var nextReader: ReaderID = 0
    var end: ScanError?

    var count: Int { changes.count - head }
    /// The sequence of the last change.
    var last: Int64 { first + Int64(count) - 1 }
  }

  private let state: Mutex<State>
  private let waker: ReaderWaker
  /// Called when the last reader has left.
  private let abandoned: @Sendable () -> Void

  /// - Parameter sequence: That of the wallet's last change. The feed begins after it.
  init(after sequence: Int64, waker: ReaderWaker, abandoned: @escaping @Sendable () -> Void) {
    state = Mutex(State(first: sequence + 1))
    self.waker = waker
    self.abandoned = abandoned
  }

  // MARK: The committer's side

  /// The sequence of the last change.
  var lastSequence: Int64 { state.withLock { $0.last } }

  /// The approximate size of the changes that are kept.
  var byteCount: Int { state.withLock { $0.byteCount } }

  /// Whether no reader is left.
  var isAbandoned: Bool { state.withLock { $0.positions.isEmpty } }

  func append(_ record: JournalRecord) {
    let change = SharedChange(record)
    let woken = state.withLock { state in
      // Changes that others made to the ledger are missing here: every reader has to resume.
      if record.sequence != state.last + 1 {
        state.drop(state.count)
        state.first = record.sequence
      }
      state.changes.append(change)
      state.byteCount += change.byteCount
      state.limit()
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    waker.wake(woken)
  }

  /// Adds a reader of the changes after `sequence`. Returns nil if some of them are not here.
  func join(after sequence: Int64) -> ChangeReader? {
    let id = state.withLock { state -> ReaderID? in
      guard sequence >= state.first - 1, sequence <= state.last else { return nil }
      state.nextReader += 1
      state.positions[state.nextReader] = sequence
      return state.nextReader
    }
    return id.map { ChangeReader(self, $0) }
  }

  /// Ends the feed for all its readers.
  func end(_ error: ScanError) {
    let woken = state.withLock { state in
      state.end = error
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    waker.wake(woken)
  }

  // MARK: The readers' side

  /// Returns the next changes for a reader, at least one.
  func next(_ id: ReaderID) async throws -> [SharedChange] {
    while true {
      let taken = try state.withLock { state throws(ScanError) -> [SharedChange] in try state.take(for: id) }
      if !taken.isEmpty { return taken }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let hasNews = state.withLock { state in
            guard state.positions[id] == state.last, state.end == nil, !Task.isCancelled else { return true }
            state.waiting[id] = continuation
            return false
          }
          if hasNews { continuation.resume() }
        }
      } onCancel: {
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
      }
      try Task.checkCancellation()
    }
  }

  func leave(_ id: ReaderID) {
    let isLast = state.withLock { state in
      state.positions[id] = nil
      return state.positions.isEmpty
    }
    if isLast { abandoned() }
  }
}

extension ChangeFeed.State {
  fileprivate mutating func take(for id: ChangeFeed.ReaderID) throws(ScanError) -> [SharedChange] {
    guard let position = positions[id] else { return [] }
    guard position >= first - 1 else { throw .fellBehind(lastSequence: position) }
    if position < last {
      let start = head + Int(position + 1 - first)
      let taken = changes[start..<min(changes.count, start + ChangeFeed.changesPerRead)].compactMap { $0 }
      positions[id] = position + Int64(taken.count)
      return taken
    }
    if let end { throw end }
    return []
  }

  /// Drops what no reader needs any more, or what is too much.
  fileprivate mutating func limit() {
    if count > ChangeFeed.spareChanges, count.isMultiple(of: ChangeFeed.spareChanges / 4) {
      let needed = min((positions.values.min() ?? last) + 1, last + 1 - Int64(ChangeFeed.spareChanges))
      drop(Int(max(0, needed - first)))
    }
    while count > ChangeFeed.mostChanges || byteCount > ChangeFeed.mostBytes && count > 1 { drop(1) }
  }

  fileprivate mutating func drop(_ dropped: Int) {
    for index in head..<head + dropped {
      byteCount -= changes[index]?.byteCount ?? 0
      changes[index] = nil
    }
    head += dropped
    first += Int64(dropped)
    guard head >= 256, head * 2 >= changes.count else { return }
    changes.removeFirst(head)
    head = 0
  }
}

/// One reader of a feed, until it is released.
final class ChangeReader: Sendable {
  private let feed: ChangeFeed
  private let id: ChangeFeed.ReaderID

  init(_ feed: ChangeFeed, _ id: ChangeFeed.ReaderID) {
    self.feed = feed
    self.id = id
  }

  func next() async throws -> [SharedChange] { try await feed.next(id) }

  deinit { feed.leave(id) }
}
