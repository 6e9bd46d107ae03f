/// Takes out of a `FileDescriptorSet` what protoc-c must not see.
///
/// protoc-c turns services into C that does not compile when an rpc is named by a keyword (`Return`), and a file that
/// declares options would drag the C of descriptor.proto into every program. So services, extensions, comments and
/// the import of descriptor.proto go; options that are set stay, as fields that nobody knows.
enum MessagesOnlySet {
  private static let descriptorFile = Array("google/protobuf/descriptor.proto".utf8)

  static func filter(_ set: [UInt8]) throws(GeneratorError) -> [UInt8] {
    var result: [UInt8] = []
    for field in try WireFields.of(set[...]) where field.number == 1 {
      let file = try WireFields.of(field.content)
      if file.contains(where: { $0.number == 1 && $0.content.elementsEqual(descriptorFile) }) { continue }
      let kept = file.filter { field in
        switch field.number {
        case 3: !field.content.elementsEqual(descriptorFile)  // dependency
        case 6, 7, 9: false  // service, extension, source_code_info
        default: true
        }
      }
      let loses = kept.filter { $0.number == 3 }.count < file.filter { $0.number == 3 }.count
      if loses, kept.contains(where: { $0.number == 10 }) {
        throw GeneratorError("a file that imports descriptor.proto cannot import another publicly")
      }
      let bytes = kept.flatMap(\.whole)
      result += field.whole.prefix(1) + varint(bytes.count) + bytes
    }
    return result
  }

  private static func varint(_ count: Int) -> [UInt8] {
    count < 0x80 ? [UInt8(count)] : [UInt8(count & 0x7F) | 0x80] + varint(count >> 7)
  }
}

/// The fields of one message on the wire, each with its bytes.
enum WireFields {
  struct Field {
    var number: Int
    /// Tag and value.
    var whole: ArraySlice<UInt8>
    /// What a length-delimited field holds; empty for others.
    var content: ArraySlice<UInt8>
  }

  static func of(_ message: ArraySlice<UInt8>) throws(GeneratorError) -> [Field] {
    var fields: [Field] = []
    var rest = message
    while let start = rest.indices.first {
      guard let tag = varint(&rest) else { throw malformed }
      var content: ArraySlice<UInt8> = []
      switch tag & 7 {
      case 0: guard varint(&rest) != nil else { throw malformed }
      case 1: rest = rest.dropFirst(8)
      case 2:
        guard let count = varint(&rest), count <= rest.count else { throw malformed }
        content = rest.prefix(count)
        rest = rest.dropFirst(count)
      case 5: rest = rest.dropFirst(4)
      default: throw malformed
      }
      fields.append(Field(number: tag >> 3, whole: message[start..<rest.startIndex], content: content))
    }
    return fields
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
