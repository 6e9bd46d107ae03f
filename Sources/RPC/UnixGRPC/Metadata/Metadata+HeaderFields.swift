import Encodings

extension Metadata {
  /// Fields written by the HTTP/2 or gRPC layer, or forbidden by HTTP/2 (RFC 9113 section 8.2.2).
  private static let transportKeys: Set<String> = [
    "connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent",
  ]

  /// Validates all entries, then calls `body` with each as a header field. Bytes are encoded in base64.
  package func forEachHeaderField(
    _ body: (_ name: [UInt8], _ value: [UInt8]) -> Void
  ) throws(MetadataError) {
    try validate()
    for entry in self {
      switch entry.value {
      case .text(let text): body(Array(entry.key.utf8), Self.trimmingSpaces(text))
      case .binary(let bytes): body(Array(entry.key.utf8), Base64.encode(bytes))
      }
    }
  }

  /// Throws the first reason that this metadata cannot be sent.
  package func validate() throws(MetadataError) {
    for entry in self {
      let key = entry.key
      guard !key.isEmpty, key.utf8.allSatisfy(Self.isKeyByte) else { throw .keyInvalid(key) }
      guard !key.hasPrefix("grpc-"), !Self.transportKeys.contains(key) else { throw .keyReserved(key) }
      switch entry.value {
      case .text(let text):
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw .textNotPrintable(key: key) }
      case .binary:
        guard key.hasSuffix("-bin") else { throw .binaryUnderTextKey(key) }
      }
    }
  }

  /// Appends a received field that the protocol does not define. Throws if it is not valid base64 under a `-bin` key.
  ///
  /// A `-bin` value may be a comma-separated list, each item in base64 with or without padding.
  package mutating func addReceived(name: Span<UInt8>, value: Span<UInt8>) throws(MetadataError) {
    let key = String(copying: name)
    guard key.hasSuffix("-bin") else { return add(key, String(copying: value)) }
    var start = 0
    for end in 0...value.count where end == value.count || value[end] == UInt8(ascii: ",") {
      guard let bytes = Self.decodeItem(value, start..<end) else {
        throw .base64Invalid(key: key)
      }
      add(key, binary: bytes)
      start = end + 1
    }
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"),
      UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// gRPC allows outer spaces to be dropped, and RFC 9113 section 8.2.1 forbids them.
  private static func trimmingSpaces(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)[...]
    while bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
    while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    return Array(bytes)
  }

  private static func decodeItem(_ value: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, value[start] == UInt8(ascii: " ") { start += 1 }
    while end > start, value[end - 1] == UInt8(ascii: " ") { end -= 1 }
    return Base64.decode(value.extracting(start..<end))
  }
}

extension String {
  fileprivate init(copying bytes: Span<UInt8>) {
    self = bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
