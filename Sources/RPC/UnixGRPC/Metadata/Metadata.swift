/// The custom headers or trailers of a call: an ordered multimap with lowercase keys.
///
/// A key consists of digits, lowercase letters, `_`, `-` and `.`; uppercase letters are converted when it is added. Keys
/// that begin with `grpc-` or that the transport writes itself are rejected when the call is sent. A key that ends in
/// `-bin` holds bytes, any other key printable ASCII text.
/// Source: gRPC over HTTP/2, Custom-Metadata.
public struct Metadata: Sendable, Hashable {
  /// A value: printable ASCII text, or bytes under a key that ends in `-bin`.
  public enum Value: Sendable, Hashable {
    case text(String)
    case binary([UInt8])
  }

  /// A key with one of its values.
  public struct Entry: Sendable, Hashable {
    /// The key, in lowercase.
    public let key: String
    public let value: Value
  }

  private var entries: [Entry] = []

  public init() {}

  public var isEmpty: Bool { entries.isEmpty }
  public var count: Int { entries.count }

  /// Appends a text value. Under a key that ends in `-bin`, its UTF-8 bytes are stored.
  public mutating func add(_ key: String, _ value: String) {
    let key = key.lowercased()
    entries.append(Entry(key: key, value: key.hasSuffix("-bin") ? .binary(Array(value.utf8)) : .text(value)))
  }

  /// Appends a binary value. The key must end in `-bin`; otherwise sending the call fails.
  public mutating func add(_ key: String, binary value: [UInt8]) {
    entries.append(Entry(key: key.lowercased(), value: .binary(value)))
  }

  /// Replaces all values of the key with one.
  public mutating func set(_ key: String, _ value: String) {
    removeAll(key)
    add(key, value)
  }

  /// Replaces all values of the key with one.
  public mutating func set(_ key: String, binary value: [UInt8]) {
    removeAll(key)
    add(key, binary: value)
  }

  /// Removes all values of the key.
  public mutating func removeAll(_ key: String) {
    let key = key.lowercased()
    entries.removeAll { $0.key == key }
  }

  /// The first text value of the key.
  public subscript(_ key: String) -> String? {
    let key = key.lowercased()
    for entry in entries where entry.key == key {
      if case .text(let text) = entry.value { return text }
    }
    return nil
  }

  /// The first binary value of the key, which ends in `-bin`.
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
