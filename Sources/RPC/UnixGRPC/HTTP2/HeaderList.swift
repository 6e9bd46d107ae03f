import CNghttp2

/// Outgoing header fields, in order, in one flat buffer that avoids an object per field.
struct HeaderList: Sendable {
  private var storage: [UInt8] = []
  private var lengths: [(name: Int, value: Int)] = []

  /// The maximum that nghttp2 sends in one header block, less its own overhead.
  static let maximumByteCount = 60 * 1024

  init() {}

  /// Whether HTTP/2 can send the list. The lengths of a field take at most twelve bytes.
  var isSendable: Bool { storage.count + 12 * lengths.count <= Self.maximumByteCount }

  init(_ fields: KeyValuePairs<StaticString, StaticString>) {
    for (name, value) in fields { append(name, value) }
  }

  mutating func append(_ name: StaticString, _ value: StaticString) {
    name.withUTF8Buffer { storage.append(contentsOf: $0) }
    value.withUTF8Buffer { storage.append(contentsOf: $0) }
    lengths.append((name.utf8CodeUnitCount, value.utf8CodeUnitCount))
  }

  mutating func append(_ name: StaticString, _ value: some Collection<UInt8>) {
    name.withUTF8Buffer { storage.append(contentsOf: $0) }
    storage.append(contentsOf: value)
    lengths.append((name.utf8CodeUnitCount, value.count))
  }

  mutating func append(_ name: StaticString, path method: MethodName) {
    name.withUTF8Buffer { storage.append(contentsOf: $0) }
    let start = storage.count
    storage.append(UInt8(ascii: "/"))
    storage.append(contentsOf: method.service.utf8)
    storage.append(UInt8(ascii: "/"))
    storage.append(contentsOf: method.method.utf8)
    lengths.append((name.utf8CodeUnitCount, storage.count - start))
  }

  mutating func append(_ name: [UInt8], _ value: [UInt8]) {
    storage.append(contentsOf: name)
    storage.append(contentsOf: value)
    lengths.append((name.count, value.count))
  }

  /// Appends a caller's metadata. Appends nothing if it is invalid or too large.
  mutating func append(_ metadata: Metadata) throws(MetadataError) {
    if metadata.isEmpty { return }
    var copy = self
    try metadata.forEachHeaderField { name, value in copy.append(name, value) }
    guard copy.isSendable else { throw .tooLarge(maximumByteCount: Self.maximumByteCount) }
    self = copy
  }

  mutating func append(contentsOf other: HeaderList) {
    storage += other.storage
    lengths += other.lengths
  }

  /// Calls `body` with the fields in nghttp2's representation. nghttp2 copies what it keeps.
  func withFields<Result>(_ body: (UnsafePointer<nghttp2_nv>, Int) -> Result) -> Result {
    storage.withUnsafeBufferPointer { bytes in
      withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: max(lengths.count, 1)) { fields in
        // nghttp2 declares the strings mutable but only reads them.
        var next = UnsafeMutablePointer(mutating: bytes.baseAddress!)
        for (index, length) in lengths.enumerated() {
          fields.initializeElement(
            at: index,
            to: nghttp2_nv(
              name: next,
              value: next + length.name,
              namelen: length.name,
              valuelen: length.value,
              flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
            )
          )
          next += length.name + length.value
        }
        return body(UnsafePointer(fields.baseAddress!), lengths.count)
      }
    }
  }
}
