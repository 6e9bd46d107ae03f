import Ledger

/// The scans under way, on the committer's thread: each in turn has a slice.
struct ScanTable {
  private struct Entry {
    let scan: any Scan
    let isWatch: Bool
    var isQueued = true
  }

  private let desk: ScanDesk
  private var entries: [ScanDesk.ID: Entry] = [:]
  /// Those that have something to do, in the order in which they get their turn.
  private var queue: [ScanDesk.ID] = []
  private var walletWatches: [WalletID: [ScanDesk.ID: WalletWatch]] = [:]
  private var eventWatches: [ScanDesk.ID: EventWatch] = [:]

  init(desk: ScanDesk) { self.desk = desk }

  var hasWork: Bool { !queue.isEmpty }

  /// Whether anybody wants to know what is committed.
  var hasFollowers: Bool { !walletWatches.isEmpty || !eventWatches.isEmpty }

  /// Takes in what came to the desk.
  mutating func takeIn() {
    let delivery = desk.take()
    for arrival in delivery.arrivals { add(arrival) }
    for id in delivery.awakened { enqueue(id) }
    if delivery.watchesEnd {
      for (id, entry) in entries where entry.isWatch {
        entry.scan.fail(ScanDesk.shuttingDown)
        remove(id)
      }
    }
  }

  private mutating func add(_ arrival: ScanDesk.Arrival) {
    let scan = arrival.make()
    entries[arrival.id] = Entry(scan: scan, isWatch: arrival.isWatch)
    queue.append(arrival.id)
    if let watch = scan as? WalletWatch { walletWatches[watch.walletID, default: [:]][arrival.id] = watch }
    if let watch = scan as? EventWatch { eventWatches[arrival.id] = watch }
  }

  private mutating func remove(_ id: ScanDesk.ID) {
    guard let entry = entries.removeValue(forKey: id) else { return }
    eventWatches[id] = nil
    guard let watch = entry.scan as? WalletWatch else { return }
    walletWatches[watch.walletID]?[id] = nil
    if walletWatches[watch.walletID]?.isEmpty == true { walletWatches[watch.walletID] = nil }
  }

  private mutating func enqueue(_ id: ScanDesk.ID) {
    guard entries[id]?.isQueued == false else { return }
    entries[id]?.isQueued = true
    queue.append(id)
  }

  /// Hands what a batch committed to those who follow. Reads nothing: a follower that needs to is queued.
  mutating func follow(_ records: [JournalRecord]) {
    guard hasFollowers else { return }
    for (id, watch) in eventWatches { settle(id, watch.follow(records)) }
    guard !walletWatches.isEmpty else { return }
    for record in records {
      for (id, watch) in walletWatches[record.walletID] ?? [:] {
        settle(id, watch.follow(record))
      }
    }
  }

  private mutating func settle(_ id: ScanDesk.ID, _ status: ScanStatus) {
    switch status {
    case .working: enqueue(id)
    case .waiting: break
    case .finished: remove(id)
    }
  }

  /// Runs scans in turn until the slice is over or none has anything to do.
  mutating func run(on store: inout some Store, in slice: Slice) throws(StoreError) {
    while !queue.isEmpty {
      let id = queue.removeFirst()
      guard let scan = entries[id]?.scan else { continue }
      entries[id]?.isQueued = false
      settle(id, scan.isAbandoned ? .finished : try scan.run(on: &store, in: slice))
      if slice.isOver { return }
    }
  }

  /// Ends everything, for good.
  mutating func close(_ error: ScanError) {
    desk.close(error)
    for entry in entries.values { entry.scan.fail(error) }
    entries = [:]
    queue = []
    walletWatches = [:]
    eventWatches = [:]
  }
}
