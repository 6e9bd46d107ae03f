import CSQLite

/// The files of a ledger, as SQLite has them open: opening them a second time would drop its locks (fcntl(2)).
enum LedgerFile {
  case database
  case log
}

extension Connection {
  /// SQLITE_IOERR_SHORT_READ: a macro that Swift does not see.
  private static let shortRead = SQLITE_IOERR | 2 << 8

  /// Returns `count` bytes of a file, or nil if they are not there or cannot be read.
  func read(_ file: LedgerFile, at offset: Int64, count: Int) -> [UInt8]? {
    guard let pointer = pointer(to: file), let read = pointer.pointee.pMethods?.pointee.xRead else { return nil }
    var status: Int32 = SQLITE_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      status = read(pointer, buffer.baseAddress, Int32(count), offset)
      filled = status == SQLITE_OK ? count : 0
    }
    return status == SQLITE_OK ? bytes : nil
  }

  /// Returns at most `count` bytes of a file, fewer only at its end; nil if they cannot be read.
  func read(_ file: LedgerFile, at offset: Int64, atMost count: Int) -> [UInt8]? {
    guard let pointer = pointer(to: file), let size = pointer.pointee.pMethods?.pointee.xFileSize else { return nil }
    var end: Int64 = 0
    guard size(pointer, &end) == SQLITE_OK else { return nil }
    return read(file, at: offset, count: Int(max(0, min(Int64(count), end - offset))))
  }

  private func pointer(to file: LedgerFile) -> UnsafeMutablePointer<sqlite3_file>? {
    let name = file == .database ? SQLITE_FCNTL_FILE_POINTER : SQLITE_FCNTL_JOURNAL_POINTER
    var found: UnsafeMutablePointer<sqlite3_file>?
    return sqlite3_file_control(pointer, "main", name, &found) == SQLITE_OK ? found : nil
  }

  /// Returns the number that a pragma reads, or nil if it cannot be read.
  func number(_ pragma: String) -> Int? {
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    guard sqlite3_prepare_v2(pointer, "PRAGMA \(pragma)", -1, &statement, nil) == SQLITE_OK,
      sqlite3_step(statement) == SQLITE_ROW
    else { return nil }
    return Int(sqlite3_column_int64(statement, 0))
  }
}
