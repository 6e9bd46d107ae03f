import CSQLite
import Glibc
import Synchronization

/// Owns an `sqlite3_vfs` and its name.
///
/// Sendable because nothing changes between `serve` and `unregister`, and SQLite only reads it.
final class RegisteredVFS: @unchecked Sendable {
  let name: String
  private let vfs: UnsafeMutablePointer<sqlite3_vfs>
  private let cName: UnsafeMutablePointer<CChar>

  private static let count = Atomic<Int>(0)

  init() {
    name = "simulated-disk-\(RegisteredVFS.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    cName = strdup(name)
    vfs = .allocate(capacity: 1)
    vfs.initialize(to: sqlite3_vfs())
  }

  /// Registers `disk` with SQLite under the name. The disk unregisters before it is deallocated.
  func serve(_ disk: SimulatedDisk) {
    vfs.pointee.iVersion = 1
    vfs.pointee.szOsFile = Int32(MemoryLayout<OpenFile>.size)
    vfs.pointee.mxPathname = 1024
    vfs.pointee.zName = UnsafePointer(cName)
    vfs.pointee.pAppData = Unmanaged.passUnretained(disk).toOpaque()
    vfs.pointee.xOpen = { vfs, cPath, file, flags, flagsOut in
      guard let file, let cPath else { return SQLITE_CANTOPEN }
      let disk = RegisteredVFS.disk(vfs)
      let path = String(cString: cPath)
      guard flags & SQLITE_OPEN_CREATE != 0 || flags & SQLITE_OPEN_MAIN_DB != 0 || disk.exists(path) else {
        return SQLITE_CANTOPEN
      }
      disk.create(path)
      let handle = FileHandle(disk: disk, path: path)
      file.withMemoryRebound(to: OpenFile.self, capacity: 1) { file in
        file.initialize(to: OpenFile(methods: FileMethods.pointer, handle: Unmanaged.passRetained(handle).toOpaque()))
      }
      flagsOut?.pointee = flags
      return SQLITE_OK
    }
    vfs.pointee.xDelete = { vfs, path, _ in
      guard let path else { return SQLITE_IOERR }
      return RegisteredVFS.disk(vfs).perform(.delete(path: String(cString: path)))
    }
    vfs.pointee.xAccess = { vfs, path, _, result in
      result?.pointee = path.map { RegisteredVFS.disk(vfs).exists(String(cString: $0)) ? 1 : 0 } ?? 0
      return SQLITE_OK
    }
    vfs.pointee.xFullPathname = { _, path, capacity, result in
      guard let path, let result, strlen(path) < Int(capacity) else { return SQLITE_CANTOPEN }
      strcpy(result, path)
      return SQLITE_OK
    }
    vfs.pointee.xRandomness = { _, count, bytes in
      for index in 0..<Int(count) { bytes?[index] = .random(in: .min ... .max) }
      return count
    }
    vfs.pointee.xSleep = { _, microseconds in microseconds }
    vfs.pointee.xCurrentTime = { _, day in
      day?.pointee = 2_440_587.5 + Double(time(nil)) / 86_400
      return SQLITE_OK
    }
    vfs.pointee.xGetLastError = { _, _, _ in 0 }
    precondition(sqlite3_vfs_register(vfs, 0) == SQLITE_OK)
  }

  func unregister() { sqlite3_vfs_unregister(vfs) }

  deinit {
    vfs.deallocate()
    free(cName)
  }

  private static func disk(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> SimulatedDisk {
    guard let data = vfs?.pointee.pAppData else { preconditionFailure("SQLite called a VFS that has no disk") }
    return Unmanaged<SimulatedDisk>.fromOpaque(data).takeUnretainedValue()
  }
}

private final class FileHandle {
  let disk: SimulatedDisk
  let path: String

  init(disk: SimulatedDisk, path: String) {
    self.disk = disk
    self.path = path
  }
}

/// The memory that SQLite allocates for each open file, which begins with the layout of `sqlite3_file`.
private struct OpenFile {
  var methods: UnsafePointer<sqlite3_io_methods>?
  /// A retained `FileHandle`.
  var handle: UnsafeMutableRawPointer?
}

private enum FileMethods {
  /// Never freed, because every file of every disk points to it.
  nonisolated(unsafe) static let pointer: UnsafePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: make())
    return UnsafePointer(methods)
  }()

  /// Version 1 has no shared memory: SQLite keeps the log's index in process memory, as with an exclusive lock.
  private static func make() -> sqlite3_io_methods {
    var methods = sqlite3_io_methods()
    methods.iVersion = 1
    methods.xClose = { file in
      file?.withMemoryRebound(to: OpenFile.self, capacity: 1) { file in
        if let handle = file.pointee.handle { Unmanaged<FileHandle>.fromOpaque(handle).release() }
        file.pointee.handle = nil
      }
      return SQLITE_OK
    }
    methods.xRead = { file, buffer, count, offset in
      let handle = FileMethods.handle(file)
      let buffer = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
      return handle.disk.read(handle.path, at: Int(offset), into: buffer)
    }
    methods.xWrite = { file, bytes, count, offset in
      let handle = FileMethods.handle(file)
      let bytes = Array(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
      return handle.disk.perform(.write(path: handle.path, offset: Int(offset), bytes: bytes))
    }
    methods.xTruncate = { file, size in
      let handle = FileMethods.handle(file)
      return handle.disk.perform(.truncate(path: handle.path, size: Int(size)))
    }
    methods.xSync = { file, _ in
      let handle = FileMethods.handle(file)
      return handle.disk.perform(.sync(path: handle.path))
    }
    methods.xFileSize = { file, size in
      let handle = FileMethods.handle(file)
      size?.pointee = Int64(handle.disk.size(of: handle.path))
      return SQLITE_OK
    }
    methods.xLock = { _, _ in SQLITE_OK }
    methods.xUnlock = { _, _ in SQLITE_OK }
    methods.xCheckReservedLock = { _, result in
      result?.pointee = 0
      return SQLITE_OK
    }
    methods.xFileControl = { file, operation, argument in
      guard operation == SQLITE_FCNTL_LAST_ERRNO, let argument else { return SQLITE_NOTFOUND }
      argument.storeBytes(of: FileMethods.handle(file).disk.lastErrorNumber, as: Int32.self)
      return SQLITE_OK
    }
    methods.xSectorSize = { _ in 4096 }
    // As in SQLite's own VFS on Linux, a torn write does not damage adjacent bytes.
    methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
    return methods
  }

  private static func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> FileHandle {
    let handle = file?.withMemoryRebound(to: OpenFile.self, capacity: 1) { $0.pointee.handle }
    guard let handle = handle ?? nil else { preconditionFailure("SQLite used a file that is not open") }
    return Unmanaged<FileHandle>.fromOpaque(handle).takeUnretainedValue()
  }
}
