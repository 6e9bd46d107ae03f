/// What HTTP/2 demands of the fields of a request, and of its length (RFC 9113 sections 8.1 to 8.3). A request that breaks a
/// rule is malformed, and its stream is reset.
struct RequestRules {
  /// Which pseudo-header fields have been received (RFC 9113 section 8.3.1).
  private struct PseudoHeaders: OptionSet {
    let rawValue: UInt8

    static let method = Self(rawValue: 1)
    static let scheme = Self(rawValue: 2)
    static let path = Self(rawValue: 4)
    static let authority = Self(rawValue: 8)
  }

  private enum Method { case post, options, connect, other }

  private var pseudoHeaders = PseudoHeaders()
  private var method = Method.other
  private var hasRegularField = false
  private var isAnyPath = false
  private var isBroken = false
  private var authority: [UInt8]?
  private var host: [UInt8]?
  private var contentLength: Int?
  private var receivedByteCount = 0

  /// gRPC knows no other method.
  var isPost: Bool { method == .post }

  /// Looks at the next field of the headers.
  ///
  /// - Parameter isKnownPath: Whether the field is a `:path` that the server has a method for, and which is sound therefore.
  mutating func check(_ name: HeaderName, _ nameBytes: Span<UInt8>, _ value: Span<UInt8>, isKnownPath: Bool = false) {
    switch name {
    case .method, .scheme, .path, .authority, .status:
      guard !hasRegularField else { return isBroken = true }
      checkPseudoHeader(name, value, isKnownPath: isKnownPath)
    default:
      hasRegularField = true
      checkRegular(name, nameBytes, value)
    }
  }

  private mutating func checkPseudoHeader(_ name: HeaderName, _ value: Span<UInt8>, isKnownPath: Bool) {
    switch name {
    case .method:
      note(.method)
      if value.equals("POST") {
        method = .post
      } else if value.equals("CONNECT") {
        method = .connect
      } else if value.equals("OPTIONS") {
        method = .options
      } else if !FieldSyntax.isMethod(value) {
        isBroken = true
      }
    case .scheme:
      note(.scheme)
      if !FieldSyntax.isScheme(value) { isBroken = true }
    case .path:
      note(.path)
      isAnyPath = value.equals("*")
      if !isKnownPath, !isAnyPath, !FieldSyntax.isPath(value) { isBroken = true }
    case .authority:
      note(.authority)
      // Clients put socket paths here, which are no authorities; gRPC has no use for either.
      if !FieldSyntax.isValue(value) { isBroken = true }
      authority = value.withUnsafeBufferPointer { Array($0) }
    default: isBroken = true
    }
  }

  private mutating func note(_ pseudoHeader: PseudoHeaders) {
    if !pseudoHeaders.insert(pseudoHeader).inserted { isBroken = true }
  }

  private mutating func checkRegular(_ name: HeaderName, _ nameBytes: Span<UInt8>, _ value: Span<UInt8>) {
    switch name {
    case .te: if !value.equals("trailers") { isBroken = true }
    case .connectionSpecific: isBroken = true
    case .contentLength:
      guard contentLength == nil, let length = FieldSyntax.contentLength(value) else { return isBroken = true }
      contentLength = length
    case .host:
      if host != nil || !FieldSyntax.isValue(value) { isBroken = true }
      host = value.withUnsafeBufferPointer { Array($0) }
    case .other:
      if !FieldSyntax.isName(nameBytes) || !FieldSyntax.isValue(value) { isBroken = true }
    default: if !FieldSyntax.isValue(value) { isBroken = true }
    }
  }

  /// Looks at the next field of the trailers, which have no pseudo-header fields (RFC 9113 section 8.1).
  mutating func checkTrailer(_ name: HeaderName, _ nameBytes: Span<UInt8>, _ value: Span<UInt8>) {
    if name == .connectionSpecific || !FieldSyntax.isName(nameBytes) || !FieldSyntax.isValue(value) { isBroken = true }
  }

  /// Whether the request is malformed, as far as its fields say. Asked when a header block has ended.
  var isMalformed: Bool {
    if isBroken { return true }
    if let host, let authority, !Self.areSame(host, authority) { return true }
    guard method != .connect else {
      return pseudoHeaders != [.method, .authority]
    }
    if isAnyPath, method != .options { return true }
    return !pseudoHeaders.isSuperset(of: [.method, .scheme, .path])
  }

  /// Hosts differ in more than the case of their letters, which has no meaning.
  private static func areSame(_ host: [UInt8], _ authority: [UInt8]) -> Bool {
    host.count == authority.count
      && zip(host, authority).allSatisfy {
        String(UnicodeScalar($0)).lowercased() == String(UnicodeScalar($1)).lowercased()
      }
  }

  // MARK: The length of the content

  /// Counts content. Returns false if it is more than `content-length` says.
  mutating func take(_ byteCount: Int) -> Bool {
    receivedByteCount += byteCount
    return contentLength.map { receivedByteCount <= $0 } ?? true
  }

  /// Whether the content that was counted is all of it. Asked at the end of the request.
  var isComplete: Bool { contentLength.map { receivedByteCount == $0 } ?? true }
}
