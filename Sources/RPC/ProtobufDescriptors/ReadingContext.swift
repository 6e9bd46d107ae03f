import CProtobufDescriptors

/// The data of a file that its declarations are read with.
struct ReadingContext {
  let package: String
  let syntax: String
  private let comments: [[Int32]: SourceComments]

  init(file: Google__Protobuf__FileDescriptorProto, package: String, syntax: String) {
    self.package = package
    self.syntax = syntax
    var comments: [[Int32]: SourceComments] = [:]
    if let source = file.source_code_info?.pointee {
      for location in list(source.n_location, source.location).map(\.pointee) {
        let found = SourceComments(
          leading: text(location.leading_comments),
          trailing: text(location.trailing_comments),
          detached: list(location.n_leading_detached_comments, location.leading_detached_comments)
            .map { String(cString: $0) }
        )
        if found == SourceComments() { continue }
        comments[[Int32](UnsafeBufferPointer(start: location.path, count: location.n_path))] = found
      }
    }
    self.comments = comments
  }

  /// Returns the comments of the declaration at `path`: field numbers and indexes from `FileDescriptorProto` inwards.
  func comments(at path: [Int32]) -> SourceComments {
    comments[path] ?? SourceComments()
  }

  func fullName(_ name: String, in scope: String) -> String {
    scope.isEmpty ? name : "\(scope).\(name)"
  }
}
