/// Reduces a `FileDescriptorSet` for serving: keeps the comments on declarations, which tools show, and drops all other
/// source info, which would be most of the set. Files of protobuf itself keep no source info.
enum ReflectionSet {
  static func filter(_ set: [UInt8]) throws(GeneratorError) -> [UInt8] {
    var result: [UInt8] = []
    for file in try WireFields.of(set[...]) where file.number == 1 {
      let fields = try WireFields.of(file.content)
      let name = fields.first { $0.number == 1 }.map { String(decoding: $0.content, as: UTF8.self) } ?? ""
      var kept: [UInt8] = []
      for field in fields {
        // source_code_info
        guard field.number == 9 else {
          kept += field.whole
          continue
        }
        if name.hasPrefix("google/protobuf/") { continue }
        kept += WireFields.field(9, try comments(in: field.content))
      }
      result += WireFields.field(1, kept)
    }
    return result
  }

  /// Returns the locations of a `SourceCodeInfo` that have comments.
  private static func comments(in info: ArraySlice<UInt8>) throws(GeneratorError) -> [UInt8] {
    var result: [UInt8] = []
    for location in try WireFields.of(info) where location.number == 1 {
      // path, span, leading_comments, trailing_comments; detached comments belong to no declaration.
      let fields = try WireFields.of(location.content).filter { [1, 2, 3, 4].contains($0.number) }
      guard fields.contains(where: { $0.number > 2 }) else { continue }
      result += WireFields.field(1, fields.flatMap(\.whole))
    }
    return result
  }
}
