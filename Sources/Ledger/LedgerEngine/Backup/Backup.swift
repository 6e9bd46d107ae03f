package import Ledger

/// A complete copy of the ledger as of `position`, which is no earlier than the request for the copy.
package struct CompleteBackup: Sendable {
  package let contents: any BackupContents
  package let position: Position
}

/// Copies the ledger in slices, if its store supports copying.
final class Backup: Scan {
  private let relay: Relay<CompleteBackup>
  private var backup: (any StoreBackup)?

  init(relay: Relay<CompleteBackup>) { self.relay = relay }

  var isAbandoned: Bool { relay.isAbandoned }

  func fail(_ error: ScanError) { relay.end(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    do throws(BackupFailure) {
      if backup == nil { backup = try Self.begin(on: store) }
      guard let backup else { return .finished }
      repeat {
        if try backup.proceed() {
          relay.offer(CompleteBackup(contents: try backup.finish(), position: store.position))
          relay.end(.success(()))
          return .finished
        }
      } while !slice.isOver && !relay.isAbandoned
      return .working
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
