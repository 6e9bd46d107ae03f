import LedgerEngine

/// The hash of an idempotency key, and where the answer to the key is recorded, in 16 bytes.
struct KeyEntry: Hashable, Sendable {
  /// Of caller and key; the record or refusal tells apart those that share it.
  let hash: UInt64
  /// A record's number, or the negative of a refusal's: as it stands on the index's pages. Both count from 1.
  fileprivate let code: Int64

  /// An unused slot of a table in memory.
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

  /// A damaged page may name a record or refusal that does not exist.
  var place: AnswerPlace { code > 0 ? .record(code) : .refusal(0 &- code) }
}

extension KeyEntry: Comparable {
  static func < (left: KeyEntry, right: KeyEntry) -> Bool {
    left.hash == right.hash ? left.code < right.code : left.hash < right.hash
  }
}

// MARK: On pages

/// Entries as they stand on a page: little-endian, sorted.
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

  /// Calls `body` with `entries` as a page holds them.
  static func withBytes(of entries: [KeyEntry], _ body: (UnsafeRawBufferPointer) -> Void) {
    entries.map { KeyEntry(hash: $0.hash.littleEndian, code: $0.code.littleEndian) }.withUnsafeBytes(body)
  }
}
