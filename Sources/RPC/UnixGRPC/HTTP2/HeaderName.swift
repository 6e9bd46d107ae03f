/// The header names that gRPC defines, recognized without allocating a `String`.
enum HeaderName {
  case method, scheme, path, authority, status
  case contentType, te, userAgent, host, contentLength
  /// A field that HTTP/2 forbids because it concerns the connection (RFC 9113 section 8.2.2).
  case connectionSpecific
  case timeout, encoding, acceptEncoding
  case grpcStatus, grpcMessage, grpcStatusDetails
  case other

  init(_ name: Span<UInt8>) {
    self = .other
    switch name.count {
    case 2: if name.equals("te") { self = .te }
    case 4: if name.equals("host") { self = .host }
    case 5: if name.equals(":path") { self = .path }
    case 7:
      if name.equals(":method") {
        self = .method
      } else if name.equals(":scheme") {
        self = .scheme
      } else if name.equals(":status") {
        self = .status
      } else if name.equals("upgrade") {
        self = .connectionSpecific
      }
    case 10:
      if name.equals(":authority") {
        self = .authority
      } else if name.equals("user-agent") {
        self = .userAgent
      } else if name.equals("connection") || name.equals("keep-alive") {
        self = .connectionSpecific
      }
    case 11: if name.equals("grpc-status") { self = .grpcStatus }
    case 12:
      if name.equals("content-type") {
        self = .contentType
      } else if name.equals("grpc-timeout") {
        self = .timeout
      } else if name.equals("grpc-message") {
        self = .grpcMessage
      }
    case 13: if name.equals("grpc-encoding") { self = .encoding }
    case 14: if name.equals("content-length") { self = .contentLength }
    case 16: if name.equals("proxy-connection") { self = .connectionSpecific }
    case 17: if name.equals("transfer-encoding") { self = .connectionSpecific }
    case 20: if name.equals("grpc-accept-encoding") { self = .acceptEncoding }
    case 23: if name.equals("grpc-status-details-bin") { self = .grpcStatusDetails }
    default: break
    }
  }
}

extension Span<UInt8> {
  func equals(_ text: StaticString) -> Bool {
    text.utf8CodeUnitCount == count && starts(with: text)
  }

  func starts(with text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard length <= count else { return false }
    let expected = text.utf8Start
    for index in 0..<length where self[unchecked: index] != expected[index] { return false }
    return true
  }

  /// Whether this is a gRPC `content-type`: `application/grpc`, alone or followed by `+` or `;`.
  var isGRPCContentType: Bool {
    let type: StaticString = "application/grpc"
    guard starts(with: type) else { return false }
    return count == type.utf8CodeUnitCount
      || [UInt8(ascii: "+"), UInt8(ascii: ";")].contains(self[type.utf8CodeUnitCount])
  }

  func contains(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard length <= count else { return false }
    for start in 0...(count - length) where extracting(start..<start + length).equals(text) { return true }
    return false
  }
}
