import LedgerEngine

/// Reads which pages SQLite's write-ahead log holds (sqlite.org/fileformat2.html, section 4).
struct WriteAheadLog {
  private static let headerByteCount = 32
  private static let frameHeaderByteCount = 24
  /// 256 KiB with SQLite's default page size.
  private static let framesPerRead = 64

  private let connection: Connection
  private let pageSize: Int

  init(of connection: Connection, pageSize: Int) {
    self.connection = connection
    self.pageSize = pageSize
  }

  /// Returns the offset in the log of each page's last committed content.
  func lastFrames() throws(BackupFailure) -> [Int: Int64] {
    guard let header = connection.read(.log, at: 0, count: Self.headerByteCount),
      let start = LogChecksum(header: header)
    else { return [:] }
    let salt = header[16..<24]
    let frameByteCount = Self.frameHeaderByteCount + pageSize
    var checksum = start
    var committed: [Int: Int64] = [:]
    /// Frames of a transaction whose end has not been read yet.
    var pending: [Int: Int64] = [:]
    var offset = Int64(Self.headerByteCount)
    while true {
      let count = Self.framesPerRead * frameByteCount
      guard let bytes = connection.read(.log, at: offset, atMost: count) else {
        throw BackupFailure("cannot read the ledger's log")
      }
      var frame = bytes[...]
      while frame.count >= frameByteCount {
        let next = frame.dropFirst(frameByteCount)
        frame = frame.prefix(frameByteCount)
        let first = frame.startIndex
        checksum.add(frame[first..<first + 8])
        checksum.add(frame[(first + Self.frameHeaderByteCount)...])
        // Frames of an earlier round of the log, or of a transaction that was rolled back, end it.
        guard frame[first + 8..<first + 16] == salt, checksum.isStored(in: frame[first + 16..<first + 24]) else {
          return committed
        }
        pending[frame.bigEndianNumber(at: first)] = offset + Int64(Self.frameHeaderByteCount)
        if frame.bigEndianNumber(at: first + 4) != 0 {
          committed.merge(pending) { $1 }
          pending = [:]
        }
        offset += Int64(frameByteCount)
        frame = next
      }
      if bytes.count < count { return committed }
    }
  }
}

/// The cumulative checksum of a write-ahead log.
private struct LogChecksum {
  private static let magic = 0x377F_0682
  private let isBigEndian: Bool
  private var sums: (UInt32, UInt32) = (0, 0)

  /// Returns nil if the log is empty or its header is not valid.
  init?(header: [UInt8]) {
    let magic = header[...].bigEndianNumber(at: 0)
    guard magic & ~1 == Self.magic else { return nil }
    isBigEndian = magic & 1 == 1
    add(header[..<24])
    guard isStored(in: header[24...]) else { return nil }
  }

  mutating func add(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { bytes in
      for offset in stride(from: 0, to: bytes.count, by: 8) {
        sums.0 &+= word(bytes, offset) &+ sums.1
        sums.1 &+= word(bytes, offset + 4) &+ sums.0
      }
    }
  }

  private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
  }

  func isStored(in bytes: ArraySlice<UInt8>) -> Bool {
    bytes.bigEndianNumber(at: bytes.startIndex) == Int(sums.0)
      && bytes.bigEndianNumber(at: bytes.startIndex + 4) == Int(sums.1)
  }
}

extension ArraySlice<UInt8> {
  /// The four bytes at `index` as a number.
  fileprivate func bigEndianNumber(at index: Int) -> Int {
    self[index..<index + 4].reduce(0) { $0 << 8 | Int($1) }
  }
}
