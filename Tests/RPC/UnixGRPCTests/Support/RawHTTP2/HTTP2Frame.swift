/// A frame on the wire (RFC 9113 section 4.1), which may be invalid.
struct HTTP2Frame: Equatable {
  enum Kind: UInt8 {
    case data, headers, priority, resetStream, settings, pushPromise, ping, goAway, windowUpdate, continuation
  }

  static let endStream: UInt8 = 0x1
  static let acknowledgement: UInt8 = 0x1
  static let endHeaders: UInt8 = 0x4

  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  var kind: UInt8
  var flags: UInt8 = 0
  var stream: UInt32 = 0
  var payload: [UInt8] = []

  init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
    self.kind = kind.rawValue
    self.flags = flags
    self.stream = stream
    self.payload = payload
  }

  var bytes: [UInt8] {
    let length = UInt32(payload.count)
    return [UInt8(length >> 16), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), kind, flags] + stream.bigEndianBytes
      + payload
  }

  /// Removes the first complete frame from `bytes`; returns nil if there is none.
  static func take(from bytes: inout ArraySlice<UInt8>) -> HTTP2Frame? {
    guard bytes.count >= 9 else { return nil }
    let head = Array(bytes.prefix(9))
    let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
    guard bytes.count >= 9 + length else { return nil }
    var frame = HTTP2Frame(.data)
    frame.kind = head[3]
    frame.flags = head[4]
    frame.stream = UInt32(bigEndianBytes: head[5...]) & 0x7FFF_FFFF
    frame.payload = Array(bytes.dropFirst(9).prefix(length))
    bytes = bytes.dropFirst(9 + length)
    return frame
  }

  func isA(_ kind: Kind) -> Bool { self.kind == kind.rawValue }
  var endsStream: Bool { (isA(.data) || isA(.headers)) && flags & Self.endStream != 0 }
  var acknowledges: Bool { (isA(.settings) || isA(.ping)) && flags & Self.acknowledgement != 0 }
  /// The error code of RST_STREAM or GOAWAY.
  var errorCode: UInt32? {
    if isA(.resetStream) { return UInt32(bigEndianBytes: payload[...]) }
    if isA(.goAway) { return UInt32(bigEndianBytes: payload[4...]) }
    return nil
  }
}

extension HTTP2Frame {
  static func settings(_ entries: [(id: UInt16, value: UInt32)] = []) -> HTTP2Frame {
    HTTP2Frame(.settings, entries.flatMap { [UInt8($0.id >> 8), UInt8($0.id & 0xFF)] + $0.value.bigEndianBytes })
  }
  static let settingsAcknowledgement = HTTP2Frame(.settings, flags: acknowledgement)

  static func headers(
    _ stream: UInt32,
    _ fields: [(String, String)],
    endStream: Bool = false,
    endHeaders: Bool = true
  ) -> HTTP2Frame {
    HTTP2Frame(
      .headers,
      flags: (endStream ? Self.endStream : 0) | (endHeaders ? Self.endHeaders : 0),
      stream: stream,
      HPACK.encode(fields)
    )
  }
  static func data(_ stream: UInt32, _ payload: [UInt8], endStream: Bool = false) -> HTTP2Frame {
    HTTP2Frame(.data, flags: endStream ? Self.endStream : 0, stream: stream, payload)
  }
  /// The default SETTINGS_MAX_FRAME_SIZE, in bytes.
  private static let maximumPayload = 16_384

  /// Encodes a header block in as many frames as needed.
  static func headerBlock(_ stream: UInt32, _ block: [UInt8], endStream: Bool = false) -> [UInt8] {
    let pieces = pieces(of: block)
    return pieces.enumerated().flatMap { index, piece in
      var flags: UInt8 = index == pieces.count - 1 ? endHeaders : 0
      if index == 0, endStream { flags |= Self.endStream }
      return HTTP2Frame(index == 0 ? .headers : .continuation, flags: flags, stream: stream, piece).bytes
    }
  }

  /// Encodes data in as many frames as needed; the last one ends the stream if `endStream`.
  static func dataFrames(_ stream: UInt32, _ bytes: [UInt8], endStream: Bool = true) -> [UInt8] {
    let pieces = pieces(of: bytes)
    return pieces.enumerated().flatMap { index, piece in
      data(stream, piece, endStream: endStream && index == pieces.count - 1).bytes
    }
  }

  private static func pieces(of bytes: [UInt8]) -> [[UInt8]] {
    guard !bytes.isEmpty else { return [[]] }
    return stride(from: 0, to: bytes.count, by: maximumPayload).map { start in
      Array(bytes[start..<min(start + maximumPayload, bytes.count)])
    }
  }

  static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> HTTP2Frame {
    HTTP2Frame(.resetStream, stream: stream, code.bigEndianBytes)
  }
  static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> HTTP2Frame {
    HTTP2Frame(.windowUpdate, stream: stream, increment.bigEndianBytes)
  }
  static func ping(_ payload: [UInt8] = Array(1...8), acknowledges: Bool = false) -> HTTP2Frame {
    HTTP2Frame(.ping, flags: acknowledges ? acknowledgement : 0, payload)
  }
  static func goAway(lastStream: UInt32, _ code: UInt32 = 0) -> HTTP2Frame {
    HTTP2Frame(.goAway, lastStream.bigEndianBytes + code.bigEndianBytes)
  }
}

/// Encodes a gRPC message with its prefix, which may claim a wrong length.
func grpcMessage(_ payload: [UInt8], flag: UInt8 = 0, claiming length: UInt32? = nil) -> [UInt8] {
  [flag] + (length ?? UInt32(payload.count)).bigEndianBytes + payload
}

extension UInt32 {
  var bigEndianBytes: [UInt8] {
    [UInt8(self >> 24), UInt8(self >> 16 & 0xFF), UInt8(self >> 8 & 0xFF), UInt8(self & 0xFF)]
  }

  init(bigEndianBytes bytes: ArraySlice<UInt8>) {
    self = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }
}
