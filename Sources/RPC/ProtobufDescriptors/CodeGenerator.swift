import CProtobufDescriptors
@_spi(CLayout) package import ProtobufC

/// The request that `protoc` sends a plugin on standard input.
package struct CodeGeneratorRequest: Sendable, Hashable {
  /// The files named on `protoc`'s command line.
  package var filesToGenerate: [String]
  /// The values of `--NAME_opt` and `--NAME_out=…:`, separated by commas.
  package var parameter: String
  /// These files and all their imports, each after its own imports.
  package var files: [FileDescriptor]

  package init(filesToGenerate: [String], parameter: String, files: [FileDescriptor]) {
    self.filesToGenerate = filesToGenerate
    self.parameter = parameter
    self.files = files
  }

  /// - Throws: ``MessageDecodingError``.
  package init(serializedBytes bytes: [UInt8]) throws(MessageDecodingError) {
    self = try unpacked(bytes, as: .codeGeneratorRequest, limits: .descriptors) { source in
      CodeGeneratorRequest(
        copying: source.assumingMemoryBound(to: Google__Protobuf__Compiler__CodeGeneratorRequest.self)
      )
    }
  }

  private init(copying source: UnsafePointer<Google__Protobuf__Compiler__CodeGeneratorRequest>) {
    let request = source.pointee
    filesToGenerate = list(request.n_file_to_generate, request.file_to_generate).map { String(cString: $0) }
    parameter = text(request.parameter)
    files = list(request.n_proto_file, request.proto_file).map { FileDescriptor(copying: $0) }
  }
}

/// The response that a plugin writes to standard output.
package enum CodeGeneratorResponse: Sendable, Hashable {
  /// The generated files.
  case files([File])
  /// The fault in the proto files, which `protoc` prints.
  case error(String)

  package struct File: Sendable, Hashable {
    /// The path relative to the output folder.
    package var name: String
    package var content: String

    package init(name: String, content: String) {
      self.name = name
      self.content = content
    }
  }

  /// - Throws: ``MessageEncodingError``.
  package func serializedBytes() throws(MessageEncodingError) -> [UInt8] {
    try packed { arena in
      typealias Response = Google__Protobuf__Compiler__CodeGeneratorResponse
      let memory = arena.allocate(MemoryLayout<Response>.size)
      let response = memory.bindMemory(to: Response.self, capacity: 1)
      google__protobuf__compiler__code_generator_response__init(response)
      response.pointee.has_supported_features = 1
      // FEATURE_PROTO3_OPTIONAL: otherwise protoc itself refuses files with proto3 `optional`.
      response.pointee.supported_features = 1
      switch self {
      case .error(let message):
        response.pointee.error = arena.string(message, "error")
      case .files(let files):
        response.pointee.n_file = files.count
        response.pointee.file = arena.array(files) { $0.laidOut(in: arena) }
      }
      return memory
    }
  }
}

extension CodeGeneratorResponse.File {
  fileprivate typealias CFile = Google__Protobuf__Compiler__CodeGeneratorResponse__File

  fileprivate func laidOut(in arena: Arena) -> UnsafeMutablePointer<CFile>? {
    let file = arena.allocate(MemoryLayout<CFile>.size).bindMemory(to: CFile.self, capacity: 1)
    google__protobuf__compiler__code_generator_response__file__init(file)
    file.pointee.name = arena.string(name, "name")
    file.pointee.content = arena.string(content, "content")
    return file
  }
}
