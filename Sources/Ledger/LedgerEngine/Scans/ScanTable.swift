import Ledger

/// The active scans, on the committer's thread. They run in turn, one slice each.
struct ScanTable {
  private struct Entry {
    let scan: any Scan
    let isWatch: Bool
    var isQueued = true
  }

  private struct EventWatches {
    let history: EventHistory
    var ids: Set<ScanQueue.ID> = []
  }

  private let arrivals: ScanQueue
  private var entries: [ScanQueue.ID: Entry] = [:]
  /// The scans that have work, in the order of their turns.
  private var queue: ArraySlice<ScanQueue.ID> = []
  private let feeds: WalletFeeds
  private var eventWatches: [EventRules: EventWatches] = [:]
  private var followers: [ScanQueue.ID: any CommitFollower] = [:]

  init(arrivals: ScanQueue) {
    self.arrivals = arrivals
    feeds = WalletFeeds(arrivals)
  }

  var hasWork: Bool { !queue.isEmpty }

  /// Takes the scans that were posted or woken since the last call.
  mutating func takeArrivals() {
    let delivery = arrivals.take()
    for arrival in delivery.arrivals { add(arrival) }
    for id in delivery.woken { enqueue(id) }
    for walletID in delivery.abandonedFeeds { feeds.remove(walletID) }
    if delivery.watchesEnd {
      feeds.endAll(ScanQueue.shuttingDown)
      for (id, entry) in entries where entry.isWatch {
        entry.scan.fail(ScanQueue.shuttingDown)
        remove(id)
      }
    }
  }

  private mutating func add(_ arrival: ScanQueue.Arrival) {
    let scan = arrival.make(feeds)
    entries[arrival.id] = Entry(scan: scan, isWatch: arrival.isWatch)
    queue.append(arrival.id)
    if let watch = scan as? EventWatch {
      let watches = eventWatches[watch.rules] ?? EventWatches(history: EventHistory(rules: watch.rules))
      watch.history = watches.history
      eventWatches[watch.rules] = watches
      eventWatches[watch.rules]?.ids.insert(arrival.id)
    }
    if let follower = scan as? any CommitFollower { followers[arrival.id] = follower }
  }

  private mutating func remove(_ id: ScanQueue.ID) {
    guard let entry = entries.removeValue(forKey: id) else { return }
    followers[id] = nil
    guard let rules = (entry.scan as? EventWatch)?.rules else { return }
    eventWatches[rules]?.ids.remove(id)
    if eventWatches[rules]?.ids.isEmpty == true { eventWatches[rules] = nil }
  }

  private mutating func enqueue(_ id: ScanQueue.ID) {
    guard entries[id]?.isQueued == false else { return }
    entries[id]?.isQueued = true
    queue.append(id)
  }

  /// Passes the records of a committed batch to the watches and other followers. Reads nothing: a watch that has to read is
  /// queued.
  mutating func publish(_ records: [JournalRecord]) {
    guard !records.isEmpty else { return }
    for watches in eventWatches.values where watches.history.take(records) {
      for id in watches.ids { enqueue(id) }
    }
    for follower in followers.values { follower.receive(records) }
    feeds.publish(records)
  }

  private mutating func update(_ id: ScanQueue.ID, _ status: ScanStatus) {
    switch status {
    case .working: enqueue(id)
    case .waiting: break
    case .finished: remove(id)
    }
  }

  /// Runs scans in turn until the slice is over or none has work. A scan that meets a conflict fails alone: the rows it has
  /// gathered may not agree with those that it would read next. So does a scan that needs something damaged.
  ///
  /// - Throws: `StoreError.failed`.
  mutating func run(on store: inout some Store, in slice: Slice) throws(StoreError) {
    while !queue.isEmpty {
      guard let id = queue.popFirst() else { return }
      guard let scan = entries[id]?.scan else { continue }
      entries[id]?.isQueued = false
      update(id, try run(scan, on: &store, in: slice))
      if slice.isOver { return }
    }
  }

  private func run(
    _ scan: any Scan,
    on store: inout some Store,
    in slice: Slice
  ) throws(StoreError) -> ScanStatus {
    guard !scan.isAbandoned else { return .finished }
    do throws(StoreError) {
      return try scan.run(on: &store, in: slice)
    } catch {
      switch error {
      case .conflict(let reason): scan.fail(.ledger(.unavailable(reason)))
      case .damaged(let what): scan.fail(.damaged(what))
      case .diskFull: scan.fail(.ledger(.diskFull))
      case .failed: throw error
      }
      return .finished
    }
  }

  /// Ends all scans and refuses new ones.
  mutating func close(_ error: ScanError) {
    arrivals.close(error)
    for entry in entries.values { entry.scan.fail(error) }
    entries = [:]
    feeds.close(error)
    queue = []
    eventWatches = [:]
    followers = [:]
  }
}
