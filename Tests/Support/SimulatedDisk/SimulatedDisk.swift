import CSQLite
import Glibc
import Synchronization

/// An in-memory disk for SQLite (a VFS, sqlite.org/vfs.html) that records every write and sync, and fails on demand.
package final class SimulatedDisk: Sendable {
  /// The VFS name for the store's settings.
  package let name: String
  private let vfs: RegisteredVFS
  private let state: Mutex<State>

  private struct State {
    var files: [String: [UInt8]]
    var operations: [DiskOperation] = []
    var unsynced: Set<String> = []
    var fault: DiskFault?
    var hasFailed = false
    /// The unreadable bytes of each file.
    var unreadable: [String: [Range<Int>]] = [:]
  }

  package init(files: [String: [UInt8]] = [:]) {
    state = Mutex(State(files: files))
    vfs = RegisteredVFS()
    name = vfs.name
    vfs.serve(self)
  }

  deinit { vfs.unregister() }

  /// Every write, truncation, sync and deletion, in order.
  package var operations: [DiskOperation] { state.withLock { $0.operations } }

  package var operationCount: Int { state.withLock { $0.operations.count } }

  /// The paths of files with unsynced writes.
  package var unsynced: Set<String> { state.withLock { $0.unsynced } }

  package var files: [String: [UInt8]] { state.withLock { $0.files } }

  package func fail(_ fault: DiskFault?) {
    state.withLock { state in
      state.fault = fault
      state.hasFailed = false
    }
  }

  /// Makes reads of these bytes fail, like bad sectors of a disk.
  package func failReads(of path: String, _ bytes: Range<Int>) {
    state.withLock { $0.unreadable[path, default: []].append(bytes) }
  }

  /// The error number of the last operation that failed; 0 if none has.
  var lastErrorNumber: Int32 { state.withLock { $0.hasFailed ? $0.fault?.errorNumber ?? 0 : 0 } }

  /// Whether the fault has occurred.
  package var hasFailed: Bool { state.withLock { $0.hasFailed } }

  // MARK: Operations of SQLite

  // Extended result codes are macros that Swift does not import: the primary code and the operation's number.
  static let readFailed = SQLITE_IOERR | 1 << 8
  static let shortRead = SQLITE_IOERR | 2 << 8
  static let writeFailed = SQLITE_IOERR | 3 << 8
  static let syncFailed = SQLITE_IOERR | 4 << 8
  static let nothingToDelete = SQLITE_IOERR | 23 << 8

  /// Returns an SQLite result code.
  func perform(_ operation: DiskOperation) -> Int32 {
    state.withLock { state in
      if let code = state.fault?.code(for: operation, number: state.operations.count) {
        state.hasFailed = true
        return code
      }
      state.operations.append(operation)
      switch operation {
      case .write(let path, _, _), .truncate(let path, _):
        state.files[path, default: []].apply(operation)
        state.unsynced.insert(path)
      case .sync(let path): state.unsynced.remove(path)
      case .delete(let path):
        guard state.files.removeValue(forKey: path) != nil else { return Self.nothingToDelete }
        state.unsynced.remove(path)
      }
      return SQLITE_OK
    }
  }

  func create(_ path: String) { state.withLock { if $0.files[path] == nil { $0.files[path] = [] } } }

  func exists(_ path: String) -> Bool { state.withLock { $0.files[path] != nil } }

  func size(of path: String) -> Int { state.withLock { $0.files[path]?.count ?? 0 } }

  /// Copies the available bytes and zeros the rest of `buffer`. Returns SQLite's result code.
  func read(_ path: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int32 {
    state.withLock { state in
      let asked = offset..<offset + buffer.count
      if state.unreadable[path]?.contains(where: { $0.overlaps(asked) }) == true { return Self.readFailed }
      let content = state.files[path] ?? []
      let there = max(0, min(buffer.count, content.count - offset))
      if there > 0 { content[offset..<offset + there].withUnsafeBytes { buffer.copyMemory(from: $0) } }
      for index in there..<buffer.count { buffer[index] = 0 }
      return there == buffer.count ? SQLITE_OK : Self.shortRead
    }
  }
}

/// A fault that occurs from the operation with the given number on.
package struct DiskFault: Sendable {
  package enum Kind: CaseIterable, Sendable {
    /// The disk is full: writes fail, syncs do not.
    case full
    /// As `full`, with the error of a disk quota.
    case quotaExceeded
    /// As `full`, with the error of a file that has reached its size limit.
    case fileTooLarge
    case writeError
    case syncError
  }

  package var kind: Kind
  package var from: Int

  /// The error number that SQLite's own VFS remembers for the file (SQLITE_FCNTL_LAST_ERRNO).
  var errorNumber: Int32 {
    switch kind {
    // SQLite's own VFS forgets this one, as SQLITE_FULL says all.
    case .full: 0
    case .quotaExceeded: EDQUOT
    case .fileTooLarge: EFBIG
    case .writeError, .syncError: EIO
    }
  }

  package init(_ kind: Kind, from: Int = 0) {
    self.kind = kind
    self.from = from
  }

  func code(for operation: DiskOperation, number: Int) -> Int32? {
    guard number >= from else { return nil }
    return switch (kind, operation) {
    case (.full, .write): SQLITE_FULL
    case (.writeError, .write), (.quotaExceeded, .write), (.fileTooLarge, .write): SimulatedDisk.writeFailed
    case (.syncError, .sync): SimulatedDisk.syncFailed
    default: nil
    }
  }
}
