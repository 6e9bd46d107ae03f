package import Ledger

/// A piece of a copy of the ledger. The pieces, one after another, are the copy.
package struct BackupChunk: Sendable {
  package let bytes: [UInt8]
  /// The size of the whole copy.
  package let byteCount: Int64
  /// Where the ledger was when the copy began, which is after the request for the copy.
  package let position: Position
}

/// Passes a copy of the ledger to its reader, as fast as that reads, if the store supports copying.
final class Backup: Scan {
  /// The maximum number of pieces that wait for the reader.
  static let relayCapacity = 8

  private let relay: Relay<BackupChunk>
  private var backup: (any StoreBackup)?
  private var position: Position?

  init(relay: Relay<BackupChunk>) { self.relay = relay }

  var isAbandoned: Bool { relay.isAbandoned }

  func fail(_ error: ScanError) {
    backup = nil
    relay.end(.failure(error))
  }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    do throws(BackupFailure) {
      if backup == nil { backup = try Self.begin(on: store) }
      let position = position ?? store.position
      self.position = position
      guard let backup else { return .finished }
      while relay.hasRoom() {
        guard let bytes = try backup.next() else {
          relay.end(.success(()))
          return .finished
        }
        relay.offer(BackupChunk(bytes: bytes, byteCount: backup.byteCount, position: position))
        if slice.isOver { return relay.isAbandoned ? .finished : .working }
      }
      return .waiting
    } catch {
      fail(.backupFailed(error.reason))
      return .finished
    }
  }

  private static func begin(on store: some Store) throws(BackupFailure) -> any StoreBackup {
    guard let store = store as? any CopyingStore else {
      throw BackupFailure("the ledger's store makes no copies: back up what it keeps the ledger in")
    }
    return try store.beginBackup()
  }
}
