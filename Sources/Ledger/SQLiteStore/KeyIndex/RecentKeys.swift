import LedgerEngine

/// The newest keys, in memory until they are written as a run.
struct RecentKeys {
  /// A hash table with open addressing and linear probing.
  private var slots: [KeyEntry]
  private(set) var count = 0

  init(minimumCapacity: Int) {
    var slotCount = 16
    while slotCount < minimumCapacity * 2 { slotCount *= 2 }
    slots = [KeyEntry](repeating: KeyEntry.free, count: slotCount)
  }

  mutating func add(_ entry: KeyEntry) {
    if count * 2 >= slots.count { grow() }
    place(entry)
    count += 1
  }

  func appendPlaces(of hash: UInt64, to places: inout [AnswerPlace]) {
    var slot = firstSlot(of: hash)
    while !slots[slot].isFree {
      if slots[slot].hash == hash { places.append(slots[slot].place) }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  var sorted: [KeyEntry] { slots.filter { !$0.isFree }.sorted() }

  private func firstSlot(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }

  private mutating func place(_ entry: KeyEntry) {
    var slot = firstSlot(of: entry.hash)
    while !slots[slot].isFree { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = entry
  }

  private mutating func grow() {
    let old = slots
    slots = [KeyEntry](repeating: KeyEntry.free, count: old.count * 2)
    for entry in old where !entry.isFree { place(entry) }
  }
}
