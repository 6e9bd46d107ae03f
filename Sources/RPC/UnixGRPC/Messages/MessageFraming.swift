/// A message as it arrived, still compressed if its flag says so.
package struct FramedMessage: Hashable, Sendable {
  package var isCompressed: Bool
  package var payload: [UInt8]

  package init(isCompressed: Bool, payload: [UInt8]) {
    self.isCompressed = isCompressed
    self.payload = payload
  }
}

/// Why a stream of framed messages is broken.
package enum MessageFramingError: Error, Hashable, Sendable {
  /// A message longer than the receiver takes; known from its prefix alone.
  case messageTooLarge(byteCount: Int, maximum: Int)
  /// A compressed flag other than 0 and 1.
  case flagInvalid(UInt8)

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

/// The length-prefixed messages of a gRPC stream: one byte of flag, four of length in big-endian order, the payload.
///
/// Source: gRPC over HTTP/2, Length-Prefixed-Message.
package enum MessageFraming {
  package static let prefixByteCount = 5

  /// The bytes of one message. A payload of 4 GiB or more cannot be framed, and none gets past the size limits.
  package static func encode(_ payload: [UInt8], isCompressed: Bool = false) -> [UInt8] {
    var frame: [UInt8] = []
    append(payload, isCompressed: isCompressed, to: &frame)
    return frame
  }

  /// Appends the bytes of one message to `buffer`.
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
