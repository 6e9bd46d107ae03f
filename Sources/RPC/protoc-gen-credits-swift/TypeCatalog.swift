import ProtobufDescriptors

/// All types that the files and their imports declare, by full name.
struct TypeCatalog {
  struct Entry {
    enum Declaration {
      case message(MessageDescriptor)
      case `enum`(EnumDescriptor)
    }

    /// The name by which other declarations refer to it: `Wallet.State`, qualified with its module if that is another.
    var swiftName: String
    var file: String
    var declaration: Declaration
  }

  private var entries: [String: Entry] = [:]

  init(files: [FileDescriptor], modules: [String: String]) {
    for file in files {
      let prefix = modules[file.name].map { $0 + "." } ?? ""
      for message in file.messages { add(message, swiftScope: prefix, file: file.name) }
      for type in file.enums { add(type, swiftScope: prefix, file: file.name) }
    }
  }

  private mutating func add(_ message: MessageDescriptor, swiftScope: String, file: String) {
    let name = swiftScope + SwiftNames.type(message.name)
    entries[message.fullName] = Entry(swiftName: name, file: file, declaration: .message(message))
    for nested in message.messages { add(nested, swiftScope: name + ".", file: file) }
    for type in message.enums { add(type, swiftScope: name + ".", file: file) }
  }

  private mutating func add(_ type: EnumDescriptor, swiftScope: String, file: String) {
    let name = swiftScope + SwiftNames.type(type.name)
    entries[type.fullName] = Entry(swiftName: name, file: file, declaration: .enum(type))
  }

  func entry(_ fullName: String) throws(GeneratorError) -> Entry {
    guard let entry = entries[fullName] else { throw GeneratorError("\(fullName) is declared nowhere") }
    return entry
  }

  func swiftName(_ fullName: String) throws(GeneratorError) -> String {
    try entry(fullName).swiftName
  }

  func message(_ fullName: String) -> MessageDescriptor? {
    guard case .message(let message) = entries[fullName]?.declaration else { return nil }
    return message
  }

  func `enum`(_ fullName: String) -> EnumDescriptor? {
    guard case .enum(let type) = entries[fullName]?.declaration else { return nil }
    return type
  }

  /// Returns the entry message of a map field, or nil for any other field.
  func mapEntry(_ field: FieldDescriptor) -> MessageDescriptor? {
    guard field.label == .repeated, field.kind == .message, let entry = message(field.typeName), entry.isMapEntry
    else { return nil }
    return entry
  }

  /// Returns whether a value of `source` can contain a value of `target`.
  ///
  /// - Parameter inline: Whether to follow only fields stored in the struct itself, not in an array or dictionary.
  func reaches(_ target: String, from source: String, inline: Bool) -> Bool {
    var seen: Set<String> = []
    var pending = [source]
    while let name = pending.popLast() {
      for field in message(name)?.fields ?? [] where field.kind == .message {
        if inline, field.label == .repeated { continue }
        if field.typeName == target { return true }
        if seen.insert(field.typeName).inserted { pending.append(field.typeName) }
      }
    }
    return false
  }
}
