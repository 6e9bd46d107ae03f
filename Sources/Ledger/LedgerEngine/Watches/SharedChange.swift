package import Ledger
import Synchronization

/// A change of a wallet that many watches deliver. It is encoded once, by the first that does.
package final class SharedChange: Sendable {
  private enum Content {
    case record(JournalRecord)
    case encoded([UInt8])
  }

  package let sequence: Int64
  /// The approximate size in memory.
  let byteCount: Int
  private let content: Mutex<Content>

  /// What a record takes beside its payload.
  private static let recordByteCount = 512

  init(_ record: JournalRecord) {
    sequence = record.sequence
    byteCount = Self.recordByteCount + record.payload.count
    content = Mutex(.record(record))
  }

  /// Returns the encoded change. `encode` must give equal bytes for equal records, because only the first result is kept.
  package func encoded(_ encode: (JournalRecord) throws -> [UInt8]) throws -> [UInt8] {
    // Encoded under the lock: whoever comes meanwhile needs the same bytes.
    try content.withLock { content in
      switch content {
      case .encoded(let bytes): return bytes
      case .record(let record):
        let bytes = try encode(record)
        content = .encoded(bytes)
        return bytes
      }
    }
  }
}
