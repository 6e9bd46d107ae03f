import Ledger

/// What the journal says of each wallet, in about 130 bytes a wallet.
///
/// Wallets are stored in chunks that never move, and found by a fingerprint of their ids through tables of 32-bit numbers.
/// A dictionary would keep each id, and two copies of everything each time that it grows.
struct ReplayedWallets {
  struct Wallet {
    fileprivate let fingerprint: Fingerprint
    var replay = WalletReplay()
    let createTime: LedgerTime
    /// The number of the record that created the wallet.
    let created: Int64
    fileprivate let currencyIndex: UInt16
    /// Whether the wallet's journal has a flaw. Only the first flaw is reported.
    var isBroken = false
  }

  typealias Position = Int

  /// 120 KiB a chunk: small for an allocation, and few of them.
  private static let chunkShift = 10
  private static let walletsPerChunk = 1 << chunkShift

  private var chunks: [[Wallet]] = []
  private var segments = [Segment](repeating: Segment(), count: Segment.count)
  private var currencies: [Currency] = []
  private(set) var count = 0

  /// Returns the position of a wallet, or nil if it was not added.
  func position(of id: WalletID) -> Position? {
    let fingerprint = Fingerprint(id)
    return segments[fingerprint.segment].find(fingerprint) { self[$0].fingerprint == fingerprint }
  }

  subscript(position: Position) -> Wallet {
    chunks[position >> Self.chunkShift][position & (Self.walletsPerChunk - 1)]
  }

  mutating func update<Result, Failure: Error>(
    _ position: Position,
    _ body: (inout Wallet) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(&chunks[position >> Self.chunkShift][position & (Self.walletsPerChunk - 1)])
  }

  func currency(of position: Position) -> Currency { currencies[Int(self[position].currencyIndex)] }

  /// Adds a wallet that was not added before.
  mutating func add(_ id: WalletID, _ currency: Currency, created: Int64, at time: LedgerTime) -> Position {
    let fingerprint = Fingerprint(id)
    let wallet = Wallet(
      fingerprint: fingerprint,
      createTime: time,
      created: created,
      currencyIndex: index(of: currency)
    )
    if count & (Self.walletsPerChunk - 1) == 0 {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(Self.walletsPerChunk)
    }
    chunks[chunks.count - 1].append(wallet)
    let position = count
    count += 1
    segments[fingerprint.segment].insert(position, fingerprint) { [chunks] in
      chunks[$0 >> Self.chunkShift][$0 & (Self.walletsPerChunk - 1)].fingerprint
    }
    return position
  }

  private mutating func index(of currency: Currency) -> UInt16 {
    if let index = currencies.firstIndex(of: currency) { return UInt16(index) }
    // There are fewer codes than numbers.
    currencies.append(currency)
    return UInt16(currencies.count - 1)
  }
}

/// 128 bits that stand for a wallet's id. Seeded anew in each process, so that nobody can choose ids with equal ones.
private struct Fingerprint: Equatable {
  let high: UInt64
  let low: UInt64

  init(_ id: WalletID) {
    (high, low) = (Self.hash(id, 0), Self.hash(id, 1))
  }

  private static func hash(_ id: WalletID, _ number: Int) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(number)
    hasher.combine(id)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  var segment: Int { Int(high >> UInt64(64 - Segment.countShift)) }
}

/// A part of the table from fingerprints to positions. Each part grows by itself, so that little is copied at once.
private struct Segment {
  static let countShift = 8
  static let count = 1 << countShift

  /// Positions plus one; 0 where there is none. Its size is a power of two.
  private var slots: [UInt32] = []
  private var used = 0

  func find(_ fingerprint: Fingerprint, _ matches: (Int) -> Bool) -> Int? {
    guard !slots.isEmpty else { return nil }
    var slot = Int(truncatingIfNeeded: fingerprint.low) & (slots.count - 1)
    while slots[slot] != 0 {
      let position = Int(slots[slot]) - 1
      if matches(position) { return position }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  mutating func insert(_ position: Int, _ fingerprint: Fingerprint, _ fingerprintAt: (Int) -> Fingerprint) {
    // At most three quarters full, or looking for a wallet would take long.
    if (used + 1) * 4 > slots.count * 3 {
      let old = slots
      slots = [UInt32](repeating: 0, count: max(16, old.count * 2))
      for number in old where number != 0 { place(number, fingerprintAt(Int(number) - 1)) }
    }
    place(UInt32(position + 1), fingerprint)
    used += 1
  }

  private mutating func place(_ number: UInt32, _ fingerprint: Fingerprint) {
    var slot = Int(truncatingIfNeeded: fingerprint.low) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = number
  }
}
