/// The reason for ending a stream or connection (RFC 9113 section 7).
struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt32

  static let noError = Self(rawValue: 0x0)
  static let protocolError = Self(rawValue: 0x1)
  static let internalError = Self(rawValue: 0x2)
  static let flowControlError = Self(rawValue: 0x3)
  static let streamClosed = Self(rawValue: 0x5)
  static let frameSizeError = Self(rawValue: 0x6)
  static let refusedStream = Self(rawValue: 0x7)
  static let cancel = Self(rawValue: 0x8)
  static let enhanceYourCalm = Self(rawValue: 0xb)
  static let inadequateSecurity = Self(rawValue: 0xc)

  /// The status of a call reset with this code (gRPC over HTTP/2, "HTTP2 Transport Mapping").
  var status: GRPCStatus {
    switch self {
    case .cancel: GRPCStatus(code: .cancelled, message: "the peer cancelled the call")
    case .refusedStream: GRPCStatus(code: .unavailable, message: "the peer refused the call before handling it")
    case .enhanceYourCalm:
      GRPCStatus(code: .resourceExhausted, message: "the peer ended the call: too many requests (ENHANCE_YOUR_CALM)")
    case .inadequateSecurity:
      GRPCStatus(code: .permissionDenied, message: "the peer ended the call: inadequate security")
    default: GRPCStatus(code: .internal, message: "the peer reset the call with HTTP/2 error code \(rawValue)")
    }
  }
}
