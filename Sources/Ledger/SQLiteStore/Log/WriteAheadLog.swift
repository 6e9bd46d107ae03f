import LedgerEngine

/// Reads SQLite's write-ahead log (sqlite.org/fileformat2.html, section 4).
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
    guard let header = header(), let start = LogChecksum(header: header) else { return [:] }
    var checksum = start
    var committed: [Int: Int64] = [:]
    /// Frames of a transaction whose end has not been read yet.
    var pending: [Int: Int64] = [:]
    let isReadable = readFrames { frame in
      checksum.add(frame)
      // Frames of an earlier round of the log, or of a transaction that was rolled back, end it.
      guard frame.salt == header[16..<24], checksum.isStored(in: frame.checksum) else { return false }
      pending[frame.page] = frame.offset + Int64(Self.frameHeaderByteCount)
      if frame.isCommit {
        committed.merge(pending) { $1 }
        pending = [:]
      }
      return true
    }
    guard isReadable else { throw BackupFailure("cannot read the ledger's log") }
    return committed
  }

  /// Returns the offset of a damaged frame, from which on SQLite ignores the log although committed transactions follow;
  /// nil if there is none.
  ///
  /// A power cut leaves invalid frames, too, but only in the last transaction: each is synced before the next is written.
  /// So a frame of a later transaction shows damage. The header is smaller than a sector, so a power cut leaves it whole.
  func damagedOffset() -> Int64? {
    guard let header = header(), header.contains(where: { $0 != 0 }) else { return nil }
    guard var checksum = LogChecksum(header: header) else { return 0 }
    var damaged: Int64?
    var isAfterCommit = false
    var isFollowed = false
    // If the log cannot be read, SQLite says so.
    _ = readFrames { frame in
      checksum.add(frame)
      let belongs = frame.salt == header[16..<24]
      let isValid = belongs && checksum.isStored(in: frame.checksum)
      isFollowed = isAfterCommit && isValid
      if isFollowed { return false }
      if !isValid { damaged = damaged ?? frame.offset }
      guard damaged != nil else { return true }
      isAfterCommit = belongs && frame.isCommit
      // Each further frame is checked against the checksum that is stored in the one before.
      checksum.restart(from: frame.checksum)
      return true
    }
    return isFollowed ? damaged : nil
  }

  // MARK: Reading

  private struct Frame {
    let offset: Int64
    let bytes: ArraySlice<UInt8>

    private func field(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
      bytes[bytes.startIndex + offset..<bytes.startIndex + offset + count]
    }

    var page: Int { field(0, 4).bigEndianNumber }
    /// Whether the frame is the last of a transaction.
    var isCommit: Bool { field(4, 4).bigEndianNumber != 0 }
    var salt: ArraySlice<UInt8> { field(8, 8) }
    var checksum: ArraySlice<UInt8> { field(16, 8) }
    /// The part of the header that the checksum covers.
    var summedHeader: ArraySlice<UInt8> { field(0, 8) }
    var content: ArraySlice<UInt8> { bytes.dropFirst(WriteAheadLog.frameHeaderByteCount) }
  }

  /// Returns nil if the log is empty or unreadable.
  private func header() -> [UInt8]? { connection.read(.log, at: 0, count: Self.headerByteCount) }

  /// Passes the frames in order until `take` returns false. Returns false if the log cannot be read.
  private func readFrames(_ take: (Frame) -> Bool) -> Bool {
    let frameByteCount = Self.frameHeaderByteCount + pageSize
    let count = Self.framesPerRead * frameByteCount
    var offset = Int64(Self.headerByteCount)
    while true {
      guard let bytes = connection.read(.log, at: offset, atMost: count) else { return false }
      for first in stride(from: 0, through: bytes.count - frameByteCount, by: frameByteCount) {
        guard take(Frame(offset: offset, bytes: bytes[first..<first + frameByteCount])) else { return true }
        offset += Int64(frameByteCount)
      }
      if bytes.count < count { return true }
    }
  }

  /// The cumulative checksum of a write-ahead log.
  private struct LogChecksum {
    private static let magic = 0x377F_0682
    private let isBigEndian: Bool
    private var sums: (UInt32, UInt32) = (0, 0)

    /// Returns nil if the header is not valid.
    init?(header: [UInt8]) {
      let magic = header[..<4].bigEndianNumber
      guard magic & ~1 == Self.magic else { return nil }
      isBigEndian = magic & 1 == 1
      add(header[..<24])
      guard isStored(in: header[24...]) else { return nil }
    }

    mutating func restart(from stored: ArraySlice<UInt8>) {
      sums = (UInt32(stored.prefix(4).bigEndianNumber), UInt32(stored.suffix(4).bigEndianNumber))
    }

    mutating func add(_ frame: Frame) {
      add(frame.summedHeader)
      add(frame.content)
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>) {
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
      bytes.prefix(4).bigEndianNumber == Int(sums.0) && bytes.suffix(4).bigEndianNumber == Int(sums.1)
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate var bigEndianNumber: Int { reduce(0) { $0 << 8 | Int($1) } }
}
