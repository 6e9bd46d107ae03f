/// Removes the parts of a `FileDescriptorSet` that protoc-c must not see.
///
/// protoc-c generates C that does not compile for a service with an rpc named by a keyword (`Return`), and a file that
/// declares options would pull the C of descriptor.proto into every program. So services, extensions, comments and the
/// import of descriptor.proto are removed; options that are set stay as unknown fields.
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
      result += WireFields.field(1, kept.flatMap(\.whole))
    }
    return result
  }
}
