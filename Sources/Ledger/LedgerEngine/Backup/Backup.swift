package import Ledger

/// A copy of the ledger as it was at `position`, which is no earlier than when it was asked for.
package struct CompleteBackup: Sendable {
  package let file: BackupFile
  package let position: Position
}

/// Copies the ledger to a file, slice by slice.
final class Backup: Scan {
  private let relay: Relay<CompleteBackup>
  private var backup: (any StoreBackup)?

  init(relay: Relay<CompleteBackup>) { self.relay = relay }

  var isAbandoned: Bool { relay.isAbandoned }

  func fail(_ error: ScanError) { relay.end(.failure(error)) }

  func run(on store: inout some Store, in slice: Slice) throws(StoreError) -> ScanStatus {
    do throws(BackupFailure) {
      if backup == nil { backup = try store.beginBackup() }
      guard let backup else { return .finished }
      repeat {
        if try backup.proceed() {
          relay.offer(CompleteBackup(file: try backup.finish(), position: store.position))
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
}
