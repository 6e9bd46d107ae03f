import CNghttp2

/// What HTTP/2 allows in the names and values of header fields.
enum FieldSyntax {
  /// Whether a name is one of a regular field (RFC 9113 section 8.2.1): in lower case, without a colon.
  static func isName(_ name: Span<UInt8>) -> Bool {
    guard name.count > 0, name[0] != UInt8(ascii: ":") else { return false }
    return name.withUnsafeBufferPointer { nghttp2_check_header_name($0.baseAddress, $0.count) } != 0
  }

  /// Whether a value has no control characters but tabs, and no white space at either end (RFC 9113 section 8.2.1, RFC
  /// 9110 section 5.5).
  static func isValue(_ value: Span<UInt8>) -> Bool {
    value.withUnsafeBufferPointer { nghttp2_check_header_value_rfc9113($0.baseAddress, $0.count) } != 0
  }

  /// Whether a value is one of `:path` (RFC 9113 section 8.3.1): it begins with a slash, and has no space.
  static func isPath(_ value: Span<UInt8>) -> Bool {
    guard value.count > 0, value[0] == UInt8(ascii: "/") else { return false }
    return value.withUnsafeBufferPointer { nghttp2_check_path($0.baseAddress, $0.count) } != 0
  }

  /// Whether a value is one of `:method`: a token (RFC 9110 section 9.1).
  static func isMethod(_ value: Span<UInt8>) -> Bool {
    guard value.count > 0 else { return false }
    return value.withUnsafeBufferPointer { nghttp2_check_method($0.baseAddress, $0.count) } != 0
  }

  /// Whether a value is one of `:scheme` (RFC 3986 section 3.1).
  static func isScheme(_ value: Span<UInt8>) -> Bool {
    for index in value.indices {
      switch value[index] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        guard index > 0 else { return false }
      default: return false
      }
    }
    return value.count > 0
  }

  /// The value of `content-length`: digits (RFC 9110 section 8.6). Nil if it is malformed, or more than anyone sends.
  static func contentLength(_ value: Span<UInt8>) -> Int? {
    guard (1...18).contains(value.count) else { return nil }
    var length = 0
    for index in value.indices {
      guard case UInt8(ascii: "0")...UInt8(ascii: "9") = value[index] else { return nil }
      length = length * 10 + Int(value[index] - UInt8(ascii: "0"))
    }
    return length
  }
}
