/// Header compression for tests (RFC 7541): encodes literals only, and decodes everything except a dynamic table, which
/// the decoder disables with SETTINGS_HEADER_TABLE_SIZE 0.
enum HPACK {
  static func encode(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { [0x00] + text($0.0) + text($0.1) }
  }

  private static func text(_ text: String) -> [UInt8] {
    integer(text.utf8.count, prefixBits: 7) + Array(text.utf8)
  }

  private static func integer(_ value: Int, prefixBits: Int) -> [UInt8] {
    let limit = 1 << prefixBits - 1
    guard value >= limit else { return [UInt8(value)] }
    var bytes = [UInt8(limit)]
    var rest = value - limit
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  enum Malformed: Error { case truncated, dynamicTable, huffman }

  /// Decodes a complete header block.
  static func decode(_ block: [UInt8]) throws -> [(name: String, value: String)] {
    var rest = block[...]
    var fields: [(name: String, value: String)] = []
    while let first = rest.first {
      switch first {
      case 0x80...:
        let index = try takeInteger(&rest, prefixBits: 7)
        guard index <= staticTable.count else { throw Malformed.dynamicTable }
        fields.append(staticTable[index - 1])
      case 0x20..<0x40:
        _ = try takeInteger(&rest, prefixBits: 5)
      default:
        let index = try takeInteger(&rest, prefixBits: first >= 0x40 ? 6 : 4)
        guard index <= staticTable.count else { throw Malformed.dynamicTable }
        let name = try index == 0 ? takeText(&rest) : staticTable[index - 1].name
        fields.append((name, try takeText(&rest)))
      }
    }
    return fields
  }

  private static func takeInteger(_ bytes: inout ArraySlice<UInt8>, prefixBits: Int) throws -> Int {
    guard let first = bytes.popFirst() else { throw Malformed.truncated }
    let limit = 1 << prefixBits - 1
    var value = Int(first) & limit
    guard value == limit else { return value }
    var shift = 0
    while let byte = bytes.popFirst() {
      value += Int(byte & 127) << shift
      shift += 7
      if byte < 128 { return value }
    }
    throw Malformed.truncated
  }

  private static func takeText(_ bytes: inout ArraySlice<UInt8>) throws -> String {
    let isHuffman = (bytes.first ?? 0) >= 128
    let length = try takeInteger(&bytes, prefixBits: 7)
    guard bytes.count >= length else { throw Malformed.truncated }
    defer { bytes = bytes.dropFirst(length) }
    let raw = Array(bytes.prefix(length))
    return String(decoding: isHuffman ? try huffmanDecoded(raw) : raw, as: UTF8.self)
  }

  private static func huffmanDecoded(_ bytes: [UInt8]) throws -> [UInt8] {
    var output: [UInt8] = []
    var (code, length) = (0, 0)
    for byte in bytes {
      for bit in stride(from: 7, through: 0, by: -1) {
        code = code << 1 | Int(byte >> UInt8(bit) & 1)
        length += 1
        if let symbol = huffmanCodes[length]?[code] {
          output.append(UInt8(symbol))
          (code, length) = (0, 0)
        } else if length > 30 {
          throw Malformed.huffman
        }
      }
    }
    return output
  }

  /// The code is canonical: codes count upwards from the shortest to the longest (RFC 7541 appendix B).
  private static let huffmanCodes: [Int: [Int: Int]] = {
    var codes: [Int: [Int: Int]] = [:]
    var (next, previousLength) = (0, 0)
    for (length, symbols) in huffmanSymbols {
      next <<= length - previousLength
      previousLength = length
      for symbol in symbols {
        codes[length, default: [:]][next] = symbol
        next += 1
      }
    }
    return codes
  }()

  /// The symbols of each code length. 256 is the end of the string and never sent.
  private static let huffmanSymbols: [(length: Int, symbols: [Int])] = [
    (5, [48, 49, 50, 97, 99, 101, 105, 111, 115, 116]),
    (
      6,
      [
        32, 37, 45, 46, 47, 51, 52, 53, 54, 55, 56, 57, 61, 65, 95, 98, 100, 102, 103, 104, 108, 109, 110, 112, 114,
        117,
      ]
    ),
    (
      7,
      [
        58, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89, 106, 107, 113,
        118, 119, 120, 121, 122,
      ]
    ),
    (8, [38, 42, 44, 59, 88, 90]),
    (10, [33, 34, 40, 41, 63]),
    (11, [39, 43, 124]),
    (12, [35, 62]),
    (13, [0, 36, 64, 91, 93, 126]),
    (14, [94, 125]),
    (15, [60, 96, 123]),
    (19, [92, 195, 208]),
    (20, [128, 130, 131, 162, 184, 194, 224, 226]),
    (21, [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230]),
    (
      22,
      [
        129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196,
        198, 228, 232, 233,
      ]
    ),
    (
      23,
      [
        1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182,
        183, 188, 191, 197, 231, 239,
      ]
    ),
    (24, [9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237]),
    (25, [199, 207, 234, 235]),
    (26, [192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255]),
    (27, [203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254]),
    (
      28,
      [2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249]
    ),
    (30, [10, 13, 22, 256]),
  ]

  /// The static table (RFC 7541 appendix A).
  private static let staticTable: [(name: String, value: String)] = [
    (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
    (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
    (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
    ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
    ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
    ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""), ("etag", ""),
    ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""), ("if-modified-since", ""),
    ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""),
    ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""),
    ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""), ("set-cookie", ""),
    ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""), ("via", ""),
    ("www-authenticate", ""),
  ]
}
