import ProtobufDescriptors

/// The custom options that the parameters name, found in the files that declare them.
///
/// protoc 3.21 sends custom options to a plugin as fields unknown to descriptor.proto; their declarations give their
/// numbers.
struct DeclaredOptions {
  struct Option {
    var number: UInt32
    var field: FieldDescriptor
    /// The names of the files in which the option is visible: the declaring file and those that import it.
    var files: Set<String>
  }

  let role: Option?
  let secret: Option?

  init(files: [FileDescriptor], parameters: Parameters) throws(GeneratorError) {
    role = try Self.find(parameters.roleOption, extending: "google.protobuf.MethodOptions", .enum, in: files)
    secret = try Self.find(parameters.secretOption, extending: "google.protobuf.FieldOptions", .bool, in: files)
  }

  private static func find(
    _ name: String?,
    extending extendee: String,
    _ kind: FieldDescriptor.Kind,
    in files: [FileDescriptor]
  ) throws(GeneratorError) -> Option? {
    guard let name else { return nil }
    for file in files {
      guard let field = file.extensions.first(where: { $0.fullName == name }) else { continue }
      guard field.extendee == extendee, field.kind == kind else {
        throw GeneratorError("option \(name) is no \(kind) of \(extendee)")
      }
      let importers = files.filter { $0.dependencies.contains(file.name) }.map(\.name)
      return Option(number: UInt32(field.number), field: field, files: Set(importers + [file.name]))
    }
    // No generated file uses the option.
    return nil
  }

  func isSecret(_ field: FieldDescriptor) -> Bool {
    secret.map { field.options.varint($0.number) == 1 } ?? false
  }

  /// Returns the number of the role of an rpc in `file`, or nil if the option is not visible there.
  func role(of method: MethodDescriptor, in file: FileDescriptor) throws(GeneratorError) -> Int32? {
    guard let role, role.files.contains(file.name) else { return nil }
    guard let value = method.options.varint(role.number), value != 0 else {
      throw GeneratorError("rpc \(method.name) names no (\(role.field.fullName))")
    }
    return Int32(truncatingIfNeeded: value)
  }
}
