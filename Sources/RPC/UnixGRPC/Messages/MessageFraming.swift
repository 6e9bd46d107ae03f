/// A message as received, still compressed if flagged so.
package struct FramedMessage: Hashable, Sendable {
  package var isCompressed: Bool
  package var payload: [UInt8]

  package init(isCompressed: Bool, payload: [UInt8]) {
    self.isCompressed = isCompressed
    self.payload = payload
  }
}

/// An error in the framing of a message stream.
package enum MessageFramingError: Error, Hashable, Sendable {
  /// A message exceeds the receiver's limit, according to its prefix.
  case messageTooLarge(byteCount: Int, maximum: Int)
  /// A compressed flag other than 0 and 1.
  case flagInvalid(UInt8)

  /// The status with which the call fails.
  package var status: GRPCStatus {
    switch self {
    case .messageTooLarge(let byteCount, let maximum):
      GRPCStatus(
        code: .resourceExhausted,
        message: "the message has \(byteCount) bytes, and at most \(maximum) are accepted"
      )
    case .flagInvalid(let flag):
      GRPCStatus(code: .internal, message: "the message has compressed flag \(flag), which is neither 0 nor 1")
    }
  }
}

/// The framing of gRPC messages: a flag byte, a four-byte big-endian length, and the payload.
///
/// Source: gRPC over HTTP/2, Length-Prefixed-Message.
package enum MessageFraming {
  /// The length of the prefix in bytes.
  package static let prefixByteCount = 5

  /// Returns a framed message. The payload must be shorter than 4 GiB, which the size limits ensure.
  package static func encode(_ payload: [UInt8], isCompressed: Bool = false) -> [UInt8] {
    var frame: [UInt8] = []
    append(payload, isCompressed: isCompressed, to: &frame)
    return frame
  }

  /// Appends a framed message to `buffer`.
  package static func append(_ payload: [UInt8], isCompressed: Bool = false, to buffer: inout [UInt8]) {
    buffer.reserveCapacity(buffer.count + prefixByteCount + payload.count)
    let length = UInt32(payload.count)
    buffer.append(isCompressed ? 1 : 0)
    buffer.append(UInt8(truncatingIfNeeded: length >> 24))
    buffer.append(UInt8(truncatingIfNeeded: length >> 16))
    buffer.append(UInt8(truncatingIfNeeded: length >> 8))
    buffer.append(UInt8(truncatingIfNeeded: length))
    buffer.append(contentsOf: payload)
  }
}
