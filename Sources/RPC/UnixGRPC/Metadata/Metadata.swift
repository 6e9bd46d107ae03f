/// The custom headers or trailers of a call: an ordered multi-map with lower-case keys.
///
/// A key may hold digits, lower-case letters, `_`, `-` and `.`; upper-case letters are lowered when it is added. Keys that
/// begin with `grpc-`, and those that the transport writes itself, are refused when the call is sent. A key that ends in
/// `-bin` holds bytes, any other printable ASCII text.
/// Source: gRPC over HTTP/2, Custom-Metadata.
public struct Metadata: Sendable, Hashable {
  public enum Value: Sendable, Hashable {
    case text(String)
    case binary([UInt8])
  }

  public struct Entry: Sendable, Hashable {
    /// Lower case.
    public let key: String
    public let value: Value
  }

  private var entries: [Entry] = []

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }
  public var count: Int { entries.count }

  /// Appends a value. Under a key that ends in `-bin`, the text goes as its UTF-8 bytes.
  public mutating func add(_ key: String, _ value: String) {
    let key = key.lowercased()
    entries.append(Entry(key: key, value: key.hasSuffix("-bin") ? .binary(Array(value.utf8)) : .text(value)))
  }

  /// Appends bytes; the key has to end in `-bin`, else the call that carries them fails when it is sent.
  public mutating func add(_ key: String, binary value: [UInt8]) {
    entries.append(Entry(key: key.lowercased(), value: .binary(value)))
  }

  /// Replaces all values of the key by one.
  public mutating func set(_ key: String, _ value: String) {
    removeAll(key)
    add(key, value)
  }

  /// Replaces all values of the key by one.
  public mutating func set(_ key: String, binary value: [UInt8]) {
    removeAll(key)
    add(key, binary: value)
  }

  public mutating func removeAll(_ key: String) {
    let key = key.lowercased()
    entries.removeAll { $0.key == key }
  }

  /// The first text under the key.
  public subscript(_ key: String) -> String? {
    let key = key.lowercased()
    for entry in entries where entry.key == key {
      if case .text(let text) = entry.value { return text }
    }
    return nil
  }

  /// The first bytes under the key, which ends in `-bin`.
  public subscript(binary key: String) -> [UInt8]? {
    let key = key.lowercased()
    for entry in entries where entry.key == key {
      if case .binary(let bytes) = entry.value { return bytes }
    }
    return nil
  }

  /// All values of the key, in order.
  public func values(_ key: String) -> [Value] {
    let key = key.lowercased()
    return entries.filter { $0.key == key }.map(\.value)
  }
}

extension Metadata: Sequence {
  public func makeIterator() -> IndexingIterator<[Entry]> { entries.makeIterator() }
  public var underestimatedCount: Int { entries.count }
}

extension Metadata: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, Value)...) {
    for (key, value) in elements {
      switch value {
      case .text(let text): add(key, text)
      case .binary(let bytes): add(key, binary: bytes)
      }
    }
  }
}

extension Metadata.Value: ExpressibleByStringLiteral {
  public init(stringLiteral value: String) { self = .text(value) }
}
