import Encodings

/// Parses one JSON text strictly by RFC 8259, and rejects duplicate keys in an object.
///
/// Foundation's decoder is not used because it passes numbers through `Double` or `Decimal` and reports no positions.
struct JSONParser {
  /// Twice the nesting limit of messages, because a repeated field puts brackets around each.
  static let maximumDepth = 2 * NestingLimit.messages

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    parser.skipSpace()
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.error(.trailingText) }
    return value
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func error(_ reason: JSONSyntaxError.Reason) -> JSONSyntaxError {
    JSONSyntaxError(reason: reason, offset: position)
  }

  private func unexpected(_ wanted: String) -> JSONSyntaxError {
    error(position == bytes.count ? .endOfText : .expected(wanted))
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    let start = position
    switch next {
    case UInt8(ascii: "{"): return JSONValue(.object(try object()), offset: start)
    case UInt8(ascii: "["): return JSONValue(.array(try array()), offset: start)
    case UInt8(ascii: "\""): return JSONValue(.string(try string()), offset: start)
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || Self.isDigit(byte):
      return JSONValue(.number(try number()), offset: start)
    default: throw unexpected("a JSON value")
    }
  }

  private mutating func literal(
    _ word: StaticString,
    _ content: JSONValue.Content
  ) throws(JSONSyntaxError) -> JSONValue {
    let count = word.utf8CodeUnitCount
    let matches = word.withUTF8Buffer { $0.elementsEqual(bytes[position...].prefix(count)) }
    guard matches else { throw unexpected("a JSON value") }
    defer { position += count }
    return JSONValue(content, offset: position)
  }

  // MARK: Objects and arrays

  private mutating func enter() throws(JSONSyntaxError) {
    guard depth < Self.maximumDepth else { throw error(.tooDeep(Self.maximumDepth)) }
    depth += 1
    position += 1
    skipSpace()
  }

  private mutating func array() throws(JSONSyntaxError) -> [JSONValue] {
    try enter()
    defer { depth -= 1 }
    var elements: [JSONValue] = []
    if take("]") { return elements }
    while true {
      elements.append(try value())
      skipSpace()
      if take("]") { return elements }
      guard take(",") else { throw unexpected("\",\" or \"]\"") }
      skipSpace()
    }
  }

  private mutating func object() throws(JSONSyntaxError) -> [JSONMember] {
    try enter()
    defer { depth -= 1 }
    var members: [JSONMember] = []
    var keys: Set<[UInt8]> = []
    if take("}") { return members }
    while true {
      let keyOffset = position
      guard next == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
      let key = try string()
      // Compare bytes: String equality is by canonical equivalence, JSON's is not.
      guard keys.insert(Array(key.utf8)).inserted else {
        throw JSONSyntaxError(reason: .keyTwice(key), offset: keyOffset)
      }
      skipSpace()
      guard take(":") else { throw unexpected("\":\"") }
      skipSpace()
      members.append(JSONMember(key, try value(), offset: keyOffset))
      skipSpace()
      if take("}") { return members }
      guard take(",") else { throw unexpected("\",\" or \"}\"") }
      skipSpace()
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  // MARK: Numbers

  private mutating func number() throws(JSONSyntaxError) -> String {
    let start = position
    _ = take("-")
    if !take("0") {
      guard skipDigits() else { throw error(.numberInvalid) }
    } else if let byte = next, Self.isDigit(byte) {
      throw error(.numberInvalid)
    }
    if take(".") {
      guard skipDigits() else { throw error(.numberInvalid) }
    }
    if take("e") || take("E") {
      if !take("-") { _ = take("+") }
      guard skipDigits() else { throw error(.numberInvalid) }
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func skipDigits() -> Bool {
    let start = position
    while let byte = next, Self.isDigit(byte) { position += 1 }
    return position > start
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  // MARK: Strings

  private mutating func string() throws(JSONSyntaxError) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while true {
      switch next {
      case nil: throw error(.endOfText)
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          throw JSONSyntaxError(reason: .utf8Invalid, offset: start)
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &content)
      case .some(let byte):
        guard byte >= 0x20 else { throw error(.controlCharacter) }
        content.append(byte)
        position += 1
      }
    }
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONSyntaxError) {
    let start = position
    position += 1
    guard let byte = next else { throw error(.endOfText) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"): content.append(contentsOf: UTF8.encode(try unicodeEscape(from: start))!)
    default: throw JSONSyntaxError(reason: .escapeInvalid, offset: start)
    }
  }

  private mutating func unicodeEscape(from start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
    let alone = JSONSyntaxError(reason: .surrogateAlone, offset: start)
    let unit = try hexadecimalUnit(from: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard UTF16.isLeadSurrogate(unit), take("\\"), take("u") else { throw alone }
    let trail = try hexadecimalUnit(from: start)
    guard UTF16.isTrailSurrogate(trail) else { throw alone }
    return Unicode.Scalar(0x1_0000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00))!
  }

  private mutating func hexadecimalUnit(from start: Int) throws(JSONSyntaxError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next else { throw error(.endOfText) }
      guard let digit = Hexadecimal.value(ofDigit: byte) else {
        throw JSONSyntaxError(reason: .escapeInvalid, offset: start)
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
