/// Writes the canonical encoding: one byte string per value, for hashing and for stored replies.
///
/// Integers are zigzag varints (LEB128). Text and bytes are prefixed with their length. Ledgers keep these bytes
/// forever: a new layout is a new `CanonicalLayout`, and the old ones can still be read.
package struct CanonicalWriter {
  package private(set) var bytes: [UInt8] = []

  package init(reserving capacity: Int = 128) { bytes.reserveCapacity(capacity) }

  package mutating func write(_ value: Int64) {
    var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  package mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

  package mutating func write(_ text: String) {
    write(Int64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func write(_ text: String?) {
    write(text != nil)
    if let text { write(text) }
  }

  package mutating func write(_ value: [UInt8]) {
    write(Int64(value.count))
    bytes.append(contentsOf: value)
  }

  package mutating func write(_ digest: Digest) { digest.append(to: &bytes) }

  /// Appends bytes that are encoded already.
  mutating func append(_ coded: some Sequence<UInt8>) { bytes.append(contentsOf: coded) }
}

/// A version of the layout of payloads. Its raw value is added to their tags.
package enum CanonicalLayout: Int64, CaseIterable, Comparable {
  case first = 0
  /// Adds automatic recharges to wallets and recharges.
  case autoRecharge = 32
  /// Adds several cards to wallets and recharges, which are attached and removed.
  case cards = 64
  /// Adds street, city, company and tax id to billing details, and memos to entries and to refunds of recharges.
  case billing = 128

  static let newest = billing

  package static func < (left: CanonicalLayout, right: CanonicalLayout) -> Bool { left.rawValue < right.rawValue }
}

/// Reads what `CanonicalWriter` wrote.
package struct CanonicalReader {
  package struct Malformed: Error, Hashable, Sendable {
    package let offset: Int
  }

  /// The layout in which the bytes were written.
  var layout = CanonicalLayout.newest

  private let bytes: [UInt8]
  private var offset = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package var isAtEnd: Bool { offset == bytes.count }

  /// The bytes that are not read yet.
  var rest: ArraySlice<UInt8> { bytes[offset...] }

  package var malformed: Malformed { Malformed(offset: offset) }

  private mutating func readByte() throws(Malformed) -> UInt8 {
    guard offset < bytes.count else { throw malformed }
    defer { offset += 1 }
    return bytes[offset]
  }

  package mutating func readInt64() throws(Malformed) -> Int64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try readByte()
      guard shift < 63 || (shift == 63 && byte <= 1) else { throw malformed }
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    return Int64(bitPattern: result >> 1) ^ -Int64(bitPattern: result & 1)
  }

  package mutating func readInt32() throws(Malformed) -> Int32 {
    guard let value = Int32(exactly: try readInt64()) else { throw malformed }
    return value
  }

  package mutating func readUInt32() throws(Malformed) -> UInt32 {
    guard let value = UInt32(exactly: try readInt64()) else { throw malformed }
    return value
  }

  package mutating func readBool() throws(Malformed) -> Bool {
    switch try readByte() {
    case 0: return false
    case 1: return true
    default: throw malformed
    }
  }

  package mutating func readBytes() throws(Malformed) -> [UInt8] {
    guard let count = Int(exactly: try readInt64()), count >= 0, count <= bytes.count - offset else { throw malformed }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  package mutating func readString() throws(Malformed) -> String {
    guard let text = String(validating: try readBytes(), as: UTF8.self) else { throw malformed }
    return text
  }

  package mutating func readOptionalString() throws(Malformed) -> String? {
    try readBool() ? try readString() : nil
  }

  /// Reads the raw value of an enumeration.
  package mutating func read<Value: RawRepresentable<String>>(
    _ type: Value.Type
  ) throws(Malformed) -> Value {
    guard let value = Value(rawValue: try readString()) else { throw malformed }
    return value
  }
}
