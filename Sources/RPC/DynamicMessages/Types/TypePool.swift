package import ProtobufDescriptors

/// The types of a set of proto files, by name.
package struct TypePool: Sendable {
  /// A named declaration in a proto file.
  package enum Symbol: Sendable {
    case message(MessageType)
    case `enum`(EnumType)
    case service(ServiceDescriptor)
    case method(MethodDescriptor, service: ServiceDescriptor)
  }

  /// In the order in which they were added.
  package private(set) var files: [FileDescriptor] = []
  private var fileNames: Set<String> = []
  private var symbols: [String: Symbol] = [:]
  private var fileBySymbol: [String: Int] = [:]
  private var extensionsByType: [String: [Int32: FieldDescriptor]] = [:]

  package init(files: [FileDescriptor] = []) {
    for file in files { add(file) }
  }

  package func contains(fileNamed name: String) -> Bool { fileNames.contains(name) }

  /// Adds a file's types. A file or type with the name of an existing one is ignored.
  package mutating func add(_ file: FileDescriptor) {
    guard fileNames.insert(file.name).inserted else { return }
    files.append(file)
    for message in file.messages { add(message) }
    for type in file.enums { add(.enum(EnumType(type)), type.fullName) }
    for service in file.services {
      add(.service(service), service.fullName)
      for method in service.methods { add(.method(method, service: service), "\(service.fullName).\(method.name)") }
    }
    add(extensions: file.extensions)
  }

  private mutating func add(_ message: MessageDescriptor) {
    add(.message(MessageType(message)), message.fullName)
    for nested in message.messages { add(nested) }
    for type in message.enums { add(.enum(EnumType(type)), type.fullName) }
    add(extensions: message.extensions)
  }

  private mutating func add(extensions: [FieldDescriptor]) {
    for field in extensions {
      guard let extendee = field.extendee else { continue }
      extensionsByType[extendee, default: [:]][field.number] = field
    }
  }

  private mutating func add(_ symbol: Symbol, _ name: String) {
    guard symbols[name] == nil else { return }
    symbols[name] = symbol
    fileBySymbol[name] = files.count - 1
  }

  // MARK: Lookup

  package func symbol(_ fullName: String) -> Symbol? { symbols[fullName] }

  /// Returns the file that declares a symbol.
  package func file(declaring fullName: String) -> FileDescriptor? { fileBySymbol[fullName].map { files[$0] } }

  package func message(_ fullName: String) -> MessageType? {
    if case .message(let type)? = symbols[fullName] { type } else { nil }
  }

  package func `enum`(_ fullName: String) -> EnumType? {
    if case .enum(let type)? = symbols[fullName] { type } else { nil }
  }

  package func service(_ fullName: String) -> ServiceDescriptor? {
    if case .service(let service)? = symbols[fullName] { service } else { nil }
  }

  /// Returns the extension of a message type, such as a custom option.
  package func fieldExtension(of typeName: String, number: Int32) -> FieldDescriptor? {
    extensionsByType[typeName]?[number]
  }

  package var symbolNames: [String] { symbols.keys.sorted() }
}
