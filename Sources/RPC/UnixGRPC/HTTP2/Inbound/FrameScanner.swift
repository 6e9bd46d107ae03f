/// The nine bytes that begin a frame (RFC 9113 section 4.1).
struct FrameHeader: Hashable {
  static let byteCount = 9

  /// The frame types that are told apart before nghttp2 sees them; any other value is allowed.
  enum Kind {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let resetStream: UInt8 = 3
    static let settings: UInt8 = 4
    static let continuation: UInt8 = 9
  }

  enum Flags {
    static let endStream: UInt8 = 0x1
    static let endHeaders: UInt8 = 0x4
    static let padded: UInt8 = 0x8
    static let priority: UInt8 = 0x20
  }

  var length: Int
  var kind: UInt8
  var flags: UInt8
  var stream: Int32

  /// Reads the first nine of `bytes`.
  init(_ bytes: UnsafeRawBufferPointer) {
    length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
    kind = bytes[3]
    flags = bytes[4]
    let stream = UInt32(bytes[5]) << 24 | UInt32(bytes[6]) << 16 | UInt32(bytes[7]) << 8 | UInt32(bytes[8])
    self.stream = Int32(stream & 0x7FFF_FFFF)
  }

  init(length: Int, kind: UInt8, flags: UInt8, stream: Int32) {
    self.length = length
    self.kind = kind
    self.flags = flags
    self.stream = stream
  }

  var bytes: [UInt8] {
    [
      UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8),
      UInt8(truncatingIfNeeded: length), kind, flags, UInt8(truncatingIfNeeded: stream >> 24),
      UInt8(truncatingIfNeeded: stream >> 16), UInt8(truncatingIfNeeded: stream >> 8),
      UInt8(truncatingIfNeeded: stream),
    ]
  }

  var isHeaderBlock: Bool { kind == Kind.headers || kind == Kind.continuation }
  var endsHeaders: Bool { flags & Flags.endHeaders != 0 }
  var endsStream: Bool { flags & Flags.endStream != 0 && (kind == Kind.data || kind == Kind.headers) }
}

/// Reads the frame headers of a connection's bytes before nghttp2 does, without I/O.
///
/// nghttp2 calls nobody for frames that it ignores, so they are counted here. It also ends the connection over a header
/// string of more than 64 KiB; such strings are shortened here, so that only their call fails. All other bytes pass
/// unchanged.
struct FrameScanner {
  enum Output {
    /// The next bytes, as received.
    case received(UnsafeRawBufferPointer)
    /// The next bytes, put together from several reads or changed.
    case assembled([UInt8])
    /// As before; with them ends a header block of `stream`, of which a string was shortened.
    case assembledShortened([UInt8], stream: Int32)
  }

  private enum State {
    /// Before the client's connection preface has ended.
    case preface(left: Int)
    case header
    case payload(left: Int, unitsPerByte: Int)
  }

  private var state: State
  /// The first bytes of a frame header that is incomplete.
  private var partialHeader: [UInt8] = []
  /// The header block being received, if it has more than one frame.
  private var block: SplitHeaderBlock?

  /// - Parameter expectsPreface: Whether the client's preface comes first, as on a server.
  init(expectsPreface: Bool) {
    state = expectsPreface ? .preface(left: 24) : .header
  }

  /// Takes bytes from the front of `bytes`, at most until frames of `sliceUnits` have begun. Returns nil when all bytes are
  /// taken and none can be passed on yet.
  ///
  /// - Parameter began: Called for each frame when its header is complete; returns its cost.
  mutating func next(
    from bytes: inout UnsafeRawBufferPointer,
    sliceUnits: Int,
    began: (FrameHeader) -> Int
  ) -> Output? {
    guard block == nil else { return nextOfBlock(from: &bytes, began: began) }
    var position = 0
    var units = 0
    while position < bytes.count, units < sliceUnits {
      let available = bytes.count - position
      switch state {
      case .preface(let left):
        let taken = min(left, available)
        position += taken
        state = taken == left ? .header : .preface(left: left - taken)
      case .payload(let left, let unitsPerByte):
        let affordable = unitsPerByte == 0 ? left : (sliceUnits - units + unitsPerByte - 1) / unitsPerByte
        let taken = min(left, available, affordable)
        position += taken
        units += taken * unitsPerByte
        state = taken == left ? .header : .payload(left: left - taken, unitsPerByte: unitsPerByte)
      case .header:
        guard partialHeader.isEmpty, available >= FrameHeader.byteCount else {
          if position > 0 { return pass(position, of: &bytes) }
          return completeHeader(from: &bytes, began: began)
        }
        let header = FrameHeader(UnsafeRawBufferPointer(rebasing: bytes[position...]))
        if SplitHeaderBlock.begins(header) {
          if position > 0 { return pass(position, of: &bytes) }
          bytes = UnsafeRawBufferPointer(rebasing: bytes[FrameHeader.byteCount...])
          return begin(header, from: &bytes, began: began)
        }
        position += FrameHeader.byteCount
        units += began(header)
        expectPayload(of: header)
      }
    }
    return pass(position, of: &bytes)
  }

  private func pass(_ count: Int, of bytes: inout UnsafeRawBufferPointer) -> Output? {
    guard count > 0 else { return nil }
    let output = UnsafeRawBufferPointer(rebasing: bytes[..<count])
    bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
    return .received(output)
  }

  private mutating func expectPayload(of header: FrameHeader) {
    guard header.length > 0 else { return state = .header }
    state = .payload(left: header.length, unitsPerByte: header.isHeaderBlock ? TurnBudget.headerBlockByte : 0)
  }

  /// Completes a frame header that came in pieces. Returns nil if it is still incomplete.
  private mutating func takeHeader(from bytes: inout UnsafeRawBufferPointer) -> FrameHeader? {
    let taken = min(FrameHeader.byteCount - partialHeader.count, bytes.count)
    partialHeader.append(contentsOf: bytes[..<taken])
    bytes = UnsafeRawBufferPointer(rebasing: bytes[taken...])
    guard partialHeader.count == FrameHeader.byteCount else { return nil }
    defer { partialHeader = [] }
    return partialHeader.withUnsafeBytes { FrameHeader($0) }
  }

  private mutating func completeHeader(
    from bytes: inout UnsafeRawBufferPointer,
    began: (FrameHeader) -> Int
  ) -> Output? {
    guard let header = takeHeader(from: &bytes) else { return nil }
    if SplitHeaderBlock.begins(header) { return begin(header, from: &bytes, began: began) }
    _ = began(header)
    expectPayload(of: header)
    return .assembled(header.bytes)
  }

  // MARK: Header blocks of several frames

  private mutating func begin(
    _ header: FrameHeader,
    from bytes: inout UnsafeRawBufferPointer,
    began: (FrameHeader) -> Int
  ) -> Output? {
    block = SplitHeaderBlock(header)
    _ = began(header)
    return nextOfBlock(from: &bytes, began: began)
  }

  private mutating func nextOfBlock(
    from bytes: inout UnsafeRawBufferPointer,
    began: (FrameHeader) -> Int
  ) -> Output? {
    if block!.isBetweenFrames {
      guard let header = takeHeader(from: &bytes) else { return nil }
      _ = began(header)
      guard block!.continues(with: header) else {
        // nghttp2 ends the connection for it.
        block = nil
        expectPayload(of: header)
        return .assembled(header.bytes)
      }
    }
    let taken = min(block!.missingByteCount, bytes.count)
    let output = block!.take(UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
    bytes = UnsafeRawBufferPointer(rebasing: bytes[taken...])
    guard let output else { return nil }
    guard block!.isComplete else { return .assembled(output) }
    defer { block = nil }
    return block!.isShortened ? .assembledShortened(output, stream: block!.stream) : .assembled(output)
  }
}
