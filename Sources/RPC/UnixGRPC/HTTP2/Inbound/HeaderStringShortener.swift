/// Replaces the overlong strings of a header block (RFC 7541 section 5.2) by shorter ones that leave a decoder's dynamic
/// table as the originals would.
///
/// An entry that is larger than the table empties it, whatever its size (RFC 7541 section 4.4). Original and replacement
/// are both larger than our table, which has the default size. The call whose header it was fails in either case.
struct HeaderStringShortener {
  /// The longest string that nghttp2 decodes. It ends the connection for a longer one.
  static let longestString = 64 * 1024
  /// Larger than our dynamic table: SETTINGS_HEADER_TABLE_SIZE is left at 4096.
  static let replacementByteCount = 4096

  private enum State {
    case field
    /// Inside the index of a field, which is passed on.
    case index(isName: Bool, isString: Bool)
    case length(isName: Bool)
    case string(left: Int, isName: Bool)
    case skipping(left: Int, isName: Bool)
    /// The block is malformed; nghttp2 judges it.
    case passing
  }

  private var state = State.field
  /// The bytes of a string's length, until it is known.
  private var lengthBytes: [UInt8] = []
  /// Whether a string was replaced.
  private(set) var hasShortened = false

  /// Takes the next part of the block and appends what stands for it.
  mutating func take(_ part: ArraySlice<UInt8>, into output: inout [UInt8]) {
    var rest = part
    while let byte = rest.first {
      switch state {
      case .field:
        output.append(byte)
        rest.removeFirst()
        begin(byte)
      case .index(let isName, let isString):
        output.append(byte)
        rest.removeFirst()
        if byte < 0x80 { state = isString ? .length(isName: isName) : .field }
      case .length(let isName):
        lengthBytes.append(byte)
        rest.removeFirst()
        takeLength(isName: isName, into: &output)
      case .string(let left, let isName):
        let taken = min(left, rest.count)
        output += rest.prefix(taken)
        rest = rest.dropFirst(taken)
        state = taken == left ? Self.after(isName: isName) : .string(left: left - taken, isName: isName)
      case .skipping(let left, let isName):
        let taken = min(left, rest.count)
        rest = rest.dropFirst(taken)
        state = taken == left ? Self.after(isName: isName) : .skipping(left: left - taken, isName: isName)
      case .passing:
        output += rest
        return
      }
    }
  }

  /// Appends what was held back at the end of the block: the start of a length, which makes the block malformed.
  mutating func finish(into output: inout [UInt8]) {
    output += lengthBytes
    lengthBytes = []
    // A replacement would complete a string of which only a part came.
    if case .skipping = state { output.append(0x7F) }
  }

  private static func after(isName: Bool) -> State { isName ? .length(isName: false) : .field }

  /// The first byte of a field says which kind it is (RFC 7541 section 6).
  private mutating func begin(_ byte: UInt8) {
    let prefix: UInt8
    let isLiteral: Bool
    switch byte {
    case 0x80...: (prefix, isLiteral) = (0x7F, false)
    case 0x40...: (prefix, isLiteral) = (0x3F, true)
    case 0x20...: (prefix, isLiteral) = (0x1F, false)
    default: (prefix, isLiteral) = (0x0F, true)
    }
    let index = byte & prefix
    if index == prefix {
      state = .index(isName: false, isString: isLiteral)
    } else if isLiteral {
      state = .length(isName: index == 0)
    }
  }

  private mutating func takeLength(isName: Bool, into output: inout [UInt8]) {
    guard let length = Self.integer(lengthBytes) else {
      // Longer integers do not occur, and nghttp2 refuses them.
      guard lengthBytes.count > 5 else { return }
      output += lengthBytes
      lengthBytes = []
      return state = .passing
    }
    if length <= Self.longestString {
      output += lengthBytes
      state = length == 0 ? Self.after(isName: isName) : .string(left: length, isName: isName)
    } else {
      output += Self.replacement
      hasShortened = true
      state = .skipping(left: length, isName: isName)
    }
    lengthBytes = []
  }

  /// The value of an integer with a prefix of seven bits (RFC 7541 section 5.1); nil while it is incomplete.
  private static func integer(_ bytes: [UInt8]) -> Int? {
    let first = Int(bytes[0] & 0x7F)
    guard first == 0x7F else { return first }
    guard bytes.count > 1, bytes[bytes.count - 1] < 0x80 else { return nil }
    return bytes.dropFirst().enumerated().reduce(first) { $0 + Int($1.element & 0x7F) << (7 * $1.offset) }
  }

  /// A string without Huffman coding, whose length is written as RFC 7541 section 5.1 says.
  private static let replacement: [UInt8] = {
    var bytes: [UInt8] = [0x7F]
    var rest = replacementByteCount - 0x7F
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
    return bytes + [UInt8](repeating: UInt8(ascii: "x"), count: replacementByteCount)
  }()
}
