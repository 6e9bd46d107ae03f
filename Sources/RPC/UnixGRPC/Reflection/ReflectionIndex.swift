import ProtobufWire

/// An error indexing descriptors for reflection.
public enum ReflectionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The bytes are not a serialized `google.protobuf.FileDescriptorSet`.
  case descriptorSetMalformed
  /// Messages are nested deeper than 100 levels.
  case nestingTooDeep
  /// A file imports one that no set contains: generate the set with `--include_imports`.
  case importMissing(file: String, imported: String)

  public var description: String {
    switch self {
    case .descriptorSetMalformed: "the descriptor set is not a serialized FileDescriptorSet"
    case .nestingTooDeep: "the descriptor set nests messages deeper than a hundred levels"
    case .importMissing(let file, let imported):
      "\(file) imports \(imported), which no descriptor set holds: run protoc with --include_imports"
    }
  }
}

/// An index of serialized files by the names that they declare.
struct ReflectionIndex: Sendable {
  struct File: Sendable {
    var name = ""
    /// The serialized `google.protobuf.FileDescriptorProto`, served unchanged.
    var bytes: [UInt8]
    /// Names of imported files.
    var dependencies: [String] = []
  }

  private static let maximumNesting = 100

  private(set) var files: [File] = []
  private var fileByName: [String: Int] = [:]
  /// Messages, fields, oneofs, enums, enum values, services, methods and extensions, by full name.
  private var fileBySymbol: [String: Int] = [:]
  private var messages: Set<String> = []
  private var fileByExtension: [String: [Int32: Int]] = [:]

  /// Indexes serialized `google.protobuf.FileDescriptorSet`s. The first copy of a file in several sets is used.
  init(descriptorSets: [[UInt8]]) throws(ReflectionError) {
    do throws(WireError) {
      for set in descriptorSets {
        var reader = WireReader(set)
        while let field = try reader.next() {
          if field.number == 1, let bytes = field.bytes { try addFile(bytes) }
        }
      }
    } catch {
      throw error == .nestingTooDeep ? .nestingTooDeep : .descriptorSetMalformed
    }
    for file in files {
      for dependency in file.dependencies where fileByName[dependency] == nil {
        throw .importMissing(file: file.name, imported: dependency)
      }
    }
  }

  func file(named name: String) -> Int? { fileByName[name] }

  func file(declaring symbol: String) -> Int? { fileBySymbol[symbol] }

  func file(extending message: String, number: Int32) -> Int? { fileByExtension[message]?[number] }

  /// Returns the numbers in ascending order; nil if the message does not exist.
  func extensionNumbers(of message: String) -> [Int32]? {
    if let numbers = fileByExtension[message]?.keys { return numbers.sorted() }
    return messages.contains(message) ? [] : nil
  }

  /// Returns the file and its transitive imports, the file itself first, without duplicates.
  func closure(of file: Int) -> [Int] {
    var found = [file]
    var seen: Set<Int> = [file]
    var next = 0
    while next < found.count {
      for dependency in files[found[next]].dependencies {
        if let index = fileByName[dependency], seen.insert(index).inserted { found.append(index) }
      }
      next += 1
    }
    return found
  }
}

// Field numbers are those of google/protobuf/descriptor.proto.
extension ReflectionIndex {
  private mutating func addFile(_ bytes: ArraySlice<UInt8>) throws(WireError) {
    var file = File(bytes: Array(bytes))
    var package = ""
    // Read the names first: the package may follow the declarations that it qualifies.
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: file.name = field.string ?? file.name
      case 2: package = field.string ?? package
      case 3: if let dependency = field.string { file.dependencies.append(dependency) }
      default: break
      }
    }
    guard fileByName[file.name] == nil else { return }
    let index = files.count
    fileByName[file.name] = index
    files.append(file)

    reader = WireReader(bytes)
    while let field = try reader.next() {
      guard let declaration = field.bytes else { continue }
      switch field.number {
      case 4: try addMessage(declaration, scope: package, file: index, depth: 1)
      case 5: try addEnum(declaration, scope: package, file: index)
      case 6:
        let service = try addSymbol(declaration, scope: package, file: index)
        try addSymbols(in: declaration, fields: [2], scope: service, file: index)
      case 7: try addExtension(declaration, scope: package, file: index)
      default: break
      }
    }
  }

  private mutating func addMessage(
    _ bytes: ArraySlice<UInt8>,
    scope: String,
    file: Int,
    depth: Int
  ) throws(WireError) {
    guard depth <= Self.maximumNesting else { throw .nestingTooDeep }
    let name = try addSymbol(bytes, scope: scope, file: file)
    messages.insert(name)
    try addSymbols(in: bytes, fields: [2, 8], scope: name, file: file)
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      guard let declaration = field.bytes else { continue }
      switch field.number {
      case 3: try addMessage(declaration, scope: name, file: file, depth: depth + 1)
      case 4: try addEnum(declaration, scope: name, file: file)
      case 6: try addExtension(declaration, scope: name, file: file)
      default: break
      }
    }
  }

  private mutating func addEnum(_ bytes: ArraySlice<UInt8>, scope: String, file: Int) throws(WireError) {
    _ = try addSymbol(bytes, scope: scope, file: file)
    // Enum values are siblings of their enum, as in C++.
    try addSymbols(in: bytes, fields: [2], scope: scope, file: file)
  }

  private mutating func addExtension(_ bytes: ArraySlice<UInt8>, scope: String, file: Int) throws(WireError) {
    _ = try addSymbol(bytes, scope: scope, file: file)
    var extendee = ""
    var number: Int32 = 0
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      // Not a switch, because Swift 6.3.1 cannot compile one here with optimization.
      if field.number == 2, let name = field.string { extendee = name }
      if field.number == 3, let value = field.varint { number = Int32(truncatingIfNeeded: value) }
    }
    // Resolved names begin with a dot; protoc writes no others.
    fileByExtension[String(extendee.drop { $0 == "." }), default: [:]][number] = file
  }

  private mutating func addSymbols(
    in bytes: ArraySlice<UInt8>,
    fields: Set<Int32>,
    scope: String,
    file: Int
  ) throws(WireError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if fields.contains(field.number), let declaration = field.bytes {
        _ = try addSymbol(declaration, scope: scope, file: file)
      }
    }
  }

  /// Indexes a declaration under its full name, which is returned. Field 1 of every descriptor is its name.
  private mutating func addSymbol(_ bytes: ArraySlice<UInt8>, scope: String, file: Int) throws(WireError) -> String {
    var name = ""
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { name = field.string ?? name }
    }
    let fullName = scope.isEmpty ? name : "\(scope).\(name)"
    if fileBySymbol[fullName] == nil { fileBySymbol[fullName] = file }
    return fullName
  }
}
