import Ledger

/// The active scans, on the committer's thread. They run in turn, one slice each.
struct ScanTable {
  private struct Entry {
    let scan: any Scan
    let isWatch: Bool
    var isQueued = true
  }

  private let arrivals: ScanQueue
  private var entries: [ScanQueue.ID: Entry] = [:]
  /// The scans that have work, in the order of their turns.
  private var queue: [ScanQueue.ID] = []
  private var walletWatches: [WalletID: [ScanQueue.ID: WalletWatch]] = [:]
  private var eventWatches: [ScanQueue.ID: EventWatch] = [:]

  init(arrivals: ScanQueue) { self.arrivals = arrivals }

  var hasWork: Bool { !queue.isEmpty }

  /// Whether any watch receives committed records.
  private var hasSubscribers: Bool { !walletWatches.isEmpty || !eventWatches.isEmpty }

  /// Takes the scans that were posted or woken since the last call.
  mutating func takeArrivals() {
    let delivery = arrivals.take()
    for arrival in delivery.arrivals { add(arrival) }
    for id in delivery.woken { enqueue(id) }
    if delivery.watchesEnd {
      for (id, entry) in entries where entry.isWatch {
        entry.scan.fail(ScanQueue.shuttingDown)
        remove(id)
      }
    }
  }

  private mutating func add(_ arrival: ScanQueue.Arrival) {
    let scan = arrival.make()
    entries[arrival.id] = Entry(scan: scan, isWatch: arrival.isWatch)
    queue.append(arrival.id)
    if let watch = scan as? WalletWatch { walletWatches[watch.walletID, default: [:]][arrival.id] = watch }
    if let watch = scan as? EventWatch { eventWatches[arrival.id] = watch }
  }

  private mutating func remove(_ id: ScanQueue.ID) {
    guard let entry = entries.removeValue(forKey: id) else { return }
    eventWatches[id] = nil
    guard let watch = entry.scan as? WalletWatch else { return }
    walletWatches[watch.walletID]?[id] = nil
    if walletWatches[watch.walletID]?.isEmpty == true { walletWatches[watch.walletID] = nil }
  }

  private mutating func enqueue(_ id: ScanQueue.ID) {
    guard entries[id]?.isQueued == false else { return }
    entries[id]?.isQueued = true
    queue.append(id)
  }

  /// Passes the records of a committed batch to the watches. Reads nothing: a watch that has to read is queued.
  mutating func publish(_ records: [JournalRecord]) {
    guard hasSubscribers else { return }
    for (id, watch) in eventWatches { update(id, watch.receive(records)) }
    guard !walletWatches.isEmpty else { return }
    for record in records {
      for (id, watch) in walletWatches[record.walletID] ?? [:] { update(id, watch.receive(record)) }
    }
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
  /// - Throws: `StoreError.failed` or `StoreError.diskFull`.
  mutating func run(on store: inout some Store, in slice: Slice) throws(StoreError) {
    while !queue.isEmpty {
      let id = queue.removeFirst()
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
      case .diskFull, .failed: throw error
      }
      return .finished
    }
  }

  /// Ends all scans and refuses new ones.
  mutating func close(_ error: ScanError) {
    arrivals.close(error)
    for entry in entries.values { entry.scan.fail(error) }
    entries = [:]
    queue = []
    walletWatches = [:]
    eventWatches = [:]
  }
}
