import LedgerEngine

/// The hash of an idempotency key and the place of its answer, in 16 bytes.
struct KeyEntry: Hashable, Sendable {
  /// The hash of caller and key. Keys that share it are told apart by reading the record or refusal.
  let hash: UInt64
  /// The number of a record, or the negated number of a refusal, as stored on the index's pages. Both start at 1.
  fileprivate let code: Int64

  /// An unused slot of a hash table in memory.
  static let free = KeyEntry(hash: 0, code: 0)

  var isFree: Bool { code == 0 }

  init(hash: UInt64, place: AnswerPlace) {
    self.hash = hash
    switch place {
    case .record(let number): code = number
    case .refusal(let number): code = -number
    }
  }

  fileprivate init(hash: UInt64, code: Int64) {
    self.hash = hash
    self.code = code
  }

  /// The place of the answer. On a damaged page, it may name a record or refusal that does not exist.
  var place: AnswerPlace { code > 0 ? .record(code) : .refusal(0 &- code) }
}

extension KeyEntry: Comparable {
  static func < (left: KeyEntry, right: KeyEntry) -> Bool {
    left.hash == right.hash ? left.code < right.code : left.hash < right.hash
  }
}

// MARK: On pages

/// The entries of a page: little-endian and sorted.
struct StoredEntries {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count / 16 }
  var indices: Range<Int> { 0..<count }

  subscript(index: Int) -> KeyEntry {
    KeyEntry(
      hash: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 16, as: UInt64.self)),
      code: Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 16 + 8, as: Int64.self))
    )
  }

  /// Calls `body` with `entries` in the encoding of a page.
  static func withBytes(of entries: [KeyEntry], _ body: (UnsafeRawBufferPointer) -> Void) {
    entries.map { KeyEntry(hash: $0.hash.littleEndian, code: $0.code.littleEndian) }.withUnsafeBytes(body)
  }
}
