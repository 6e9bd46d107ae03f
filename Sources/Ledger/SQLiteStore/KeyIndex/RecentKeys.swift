/// Where the answer to a key stands: a record's number, or the negative of a refusal's.
struct KeyEntry: Hashable, Sendable {
  /// Of caller and key; the record or refusal tells apart those that share it.
  var hash: UInt64
  /// Never 0.
  var answer: Int64
}

/// The keys that came last, in memory until they are written as a run.
struct RecentKeys {
  /// Open addressing; 0 as answer marks a free slot.
  private var slots: [KeyEntry]
  private(set) var count = 0

  private static let free = KeyEntry(hash: 0, answer: 0)

  init(minimumCapacity: Int) {
    var slotCount = 16
    while slotCount < minimumCapacity * 2 { slotCount *= 2 }
    slots = [KeyEntry](repeating: RecentKeys.free, count: slotCount)
  }

  mutating func add(_ entry: KeyEntry) {
    if count * 2 >= slots.count { grow() }
    place(entry)
    count += 1
  }

  func appendAnswers(to hash: UInt64, into answers: inout [Int64]) {
    var slot = firstSlot(of: hash)
    while slots[slot].answer != 0 {
      if slots[slot].hash == hash { answers.append(slots[slot].answer) }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  var sorted: [KeyEntry] { slots.filter { $0.answer != 0 }.sorted() }

  private func firstSlot(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }

  private mutating func place(_ entry: KeyEntry) {
    var slot = firstSlot(of: entry.hash)
    while slots[slot].answer != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = entry
  }

  private mutating func grow() {
    let old = slots
    slots = [KeyEntry](repeating: RecentKeys.free, count: old.count * 2)
    for entry in old where entry.answer != 0 { place(entry) }
  }
}

extension KeyEntry: Comparable {
  static func < (left: KeyEntry, right: KeyEntry) -> Bool {
    left.hash == right.hash ? left.answer < right.answer : left.hash < right.hash
  }
}
