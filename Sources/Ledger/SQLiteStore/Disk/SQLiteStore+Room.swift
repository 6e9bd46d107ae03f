import Glibc
package import LedgerEngine

extension SQLiteStore {
  package var isShortOfRoom: Bool {
    // The files of a test's VFS are not in the directory.
    settings.vfs == nil && RoomProbe.isShort(directory.path)
  }

  package mutating func hasRoom() throws(StoreError) -> Bool {
    if settings.vfs == nil {
      // The limits of a file's size hold where the larger of the two ends.
      let size = max(Self.size(of: directory.databasePath), Self.size(of: directory.databasePath + "-wal"))
      guard RoomProbe.hasRoom(in: directory.path, size: size) else { return false }
    }
    do throws(StoreError) {
      // The log may have grown as long as it could not be copied.
      try checkpoint()
      return true
    } catch {
      guard case .diskFull = error else { throw error }
      return false
    }
  }

  private static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}
