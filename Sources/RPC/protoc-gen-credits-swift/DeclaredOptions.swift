import ProtobufDescriptors

/// The options of one's own that the parameters name, found in the files that declare them.
///
/// protoc 3.21 sends a plugin such options as fields that descriptor.proto does not know; their numbers are with their
/// declarations.
struct DeclaredOptions {
  struct Option {
    var number: UInt32
    var field: FieldDescriptor
    /// The files that see the option: the one that declares it, and those that import that.
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
    // No file that is being generated uses it.
    return nil
  }

  func isSecret(_ field: FieldDescriptor) -> Bool {
    secret.map { field.options.varint($0.number) == 1 } ?? false
  }

  /// The number of the role that an rpc of `file` names; nil where the option is not in sight.
  func role(of method: MethodDescriptor, in file: FileDescriptor) throws(GeneratorError) -> Int32? {
    guard let role, role.files.contains(file.name) else { return nil }
    guard let value = method.options.varint(role.number), value != 0 else {
      throw GeneratorError("rpc \(method.name) names no (\(role.field.fullName))")
    }
    return Int32(truncatingIfNeeded: value)
  }
}
