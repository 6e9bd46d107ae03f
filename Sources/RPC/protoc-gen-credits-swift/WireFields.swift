/// The fields of one message on the wire, each with its bytes.
enum WireFields {
  struct Field {
    var number: Int
    /// Tag and value.
    var whole: ArraySlice<UInt8>
    /// The value of a varint field; 0 for others.
    var value: Int
    /// What a length-delimited field holds; empty for others.
    var content: ArraySlice<UInt8>
  }

  static func of(_ message: ArraySlice<UInt8>) throws(GeneratorError) -> [Field] {
    var fields: [Field] = []
    var rest = message
    while let start = rest.indices.first {
      guard let tag = varint(&rest) else { throw malformed }
      var value = 0
      var content: ArraySlice<UInt8> = []
      switch tag & 7 {
      case 0:
        guard let number = varint(&rest) else { throw malformed }
        value = number
      case 1: rest = rest.dropFirst(8)
      case 2:
        guard let count = varint(&rest), count <= rest.count else { throw malformed }
        content = rest.prefix(count)
        rest = rest.dropFirst(count)
      case 5: rest = rest.dropFirst(4)
      default: throw malformed
      }
      fields.append(Field(number: tag >> 3, whole: message[start..<rest.startIndex], value: value, content: content))
    }
    return fields
  }

  /// The elements of a packed repeated field of varints.
  static func packedVarints(_ content: ArraySlice<UInt8>) throws(GeneratorError) -> [Int] {
    var values: [Int] = []
    var rest = content
    while !rest.isEmpty {
      guard let value = varint(&rest) else { throw malformed }
      values.append(value)
    }
    return values
  }

  /// A length-delimited field.
  static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(content.count) + content
  }

  private static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
  }

  private static var malformed: GeneratorError { GeneratorError("the descriptor set is malformed") }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
