import CProtobufDescriptors
@_spi(CLayout) package import ProtobufC

/// A set of proto files, as `protoc -o` writes it.
package struct FileDescriptorSet: Sendable, Hashable {
  package var files: [FileDescriptor]

  package init(files: [FileDescriptor]) {
    self.files = files
  }

  /// - Throws: ``MessageDecodingError``.
  package init(serializedBytes bytes: [UInt8]) throws(MessageDecodingError) {
    files = try unpacked(bytes, as: .fileDescriptorSet, limits: .descriptors) { source in
      let set = source.assumingMemoryBound(to: Google__Protobuf__FileDescriptorSet.self)
      return list(set.pointee.n_file, set.pointee.file).map { FileDescriptor(copying: $0) }
    }
  }
}

/// A proto file.
package struct FileDescriptor: Sendable, Hashable {
  /// The name that other files import it by, `credits/v1/wallet.proto`.
  package var name: String
  /// The package, `credits.v1`; empty if the file has none.
  package var package: String
  /// The names of the files that it imports.
  package var dependencies: [String]
  /// The ``dependencies`` that are imported publicly, so that files importing this one see their contents too.
  package var publicDependencies: [String]
  package var messages: [MessageDescriptor]
  package var enums: [EnumDescriptor]
  package var services: [ServiceDescriptor]
  /// The extensions that the file declares at its top level.
  package var extensions: [FieldDescriptor]
  package var options: DescriptorOptions
  /// `proto2`, `proto3` or `editions`.
  package var syntax: String

  /// Decodes a `FileDescriptorProto`, as server reflection sends it.
  ///
  /// - Throws: ``MessageDecodingError``.
  package init(serializedBytes bytes: [UInt8]) throws(MessageDecodingError) {
    self = try unpacked(bytes, as: .fileDescriptor, limits: .descriptors) { source in
      FileDescriptor(copying: source.assumingMemoryBound(to: Google__Protobuf__FileDescriptorProto.self))
    }
  }

  init(copying source: UnsafePointer<Google__Protobuf__FileDescriptorProto>) {
    let file = source.pointee
    name = text(file.name)
    package = text(file.package)
    syntax = file.syntax == nil ? "proto2" : text(file.syntax)
    let imports = list(file.n_dependency, file.dependency).map { String(cString: $0) }
    dependencies = imports
    publicDependencies = UnsafeBufferPointer(start: file.public_dependency, count: file.n_public_dependency)
      .compactMap { imports.indices.contains(Int($0)) ? imports[Int($0)] : nil }
    let context = ReadingContext(file: file, package: package, syntax: syntax)
    messages = list(file.n_message_type, file.message_type).enumerated().map { index, message in
      MessageDescriptor(copying: message, context, scope: context.package, path: [4, Int32(index)])
    }
    enums = list(file.n_enum_type, file.enum_type).enumerated().map { index, type in
      EnumDescriptor(copying: type, context, scope: context.package, path: [5, Int32(index)])
    }
    services = list(file.n_service, file.service).enumerated().map { index, service in
      ServiceDescriptor(copying: service, context, path: [6, Int32(index)])
    }
    extensions = list(file.n_extension, file.extension).enumerated().map { index, field in
      FieldDescriptor(copying: field, context, scope: context.package, path: [7, Int32(index)])
    }
    options = DescriptorOptions(file.options)
  }
}

extension DecodingLimits {
  /// Limits for descriptors, which consist of many small messages. They come from `protoc` or a peer being debugged.
  static let descriptors = DecodingLimits(memoryPerByte: 64)
}
