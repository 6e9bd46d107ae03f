import ProtobufWire

/// One `ServerReflectionInfo` stream: answers requests and tracks the files already sent.
///
/// The messages of v1 and v1alpha differ only in their package.
/// Source: grpc/reflection/v1/reflection.proto.
struct ReflectionSession {
  private let index: ReflectionIndex
  private let services: [String]
  private var sentFiles: Set<Int> = []

  /// - Parameter services: The full names returned by `list_services`, in that order.
  init(index: ReflectionIndex, services: [String]) {
    self.index = index
    self.services = services
  }

  /// Returns the response to a serialized `ServerReflectionRequest`. Throws only if the request is malformed.
  mutating func respond(to request: [UInt8]) throws(GRPCStatus) -> [UInt8] {
    let query: Query
    let host: String
    do throws(WireError) {
      (query, host) = try Query.parse(request)
    } catch {
      throw GRPCStatus(code: .internal, message: "the reflection request is not a valid protocol buffer message")
    }
    var response = WireWriter()
    if !host.isEmpty { response.write(1, string: host) }
    response.write(2, bytes: request)
    switch answer(query) {
    case .files(let indices):
      response.write(4) { message in indices.forEach { message.write(1, bytes: index.files[$0].bytes) } }
    case .extensionNumbers(let typeName, let numbers):
      response.write(5) { message in
        message.write(1, string: typeName)
        numbers.forEach { message.write(2, signed: Int64($0)) }
      }
    case .services:
      response.write(6) { message in
        for service in services {
          message.write(1) { $0.write(1, string: service) }
        }
      }
    case .failure(let status):
      response.write(7) { message in
        message.write(1, signed: Int64(status.code.rawValue))
        message.write(2, string: status.message)
      }
    }
    return response.bytes
  }

  private enum Answer {
    case files([Int])
    case extensionNumbers(typeName: String, [Int32])
    case services
    case failure(GRPCStatus)
  }

  private mutating func answer(_ query: Query) -> Answer {
    switch query {
    case .fileByFilename(let name):
      return send(index.file(named: name), otherwise: "no file is named \(name)")
    case .fileContainingSymbol(let symbol):
      return send(index.file(declaring: symbol), otherwise: "no file declares \(symbol)")
    case .fileContainingExtension(let typeName, let number):
      let file = index.file(extending: typeName, number: number)
      return send(file, otherwise: "no file declares extension \(number) of \(typeName)")
    case .allExtensionNumbersOfType(let typeName):
      guard let numbers = index.extensionNumbers(of: typeName) else {
        return .failure(GRPCStatus(code: .notFound, message: "no message is named \(typeName)"))
      }
      return .extensionNumbers(typeName: typeName, numbers)
    case .listServices:
      return .services
    case .none:
      return .failure(GRPCStatus(code: .invalidArgument, message: "the reflection request asks for nothing"))
    }
  }

  /// Returns the requested file, always, and those of its imports that have not been sent.
  private mutating func send(_ file: Int?, otherwise message: String) -> Answer {
    guard let file else { return .failure(GRPCStatus(code: .notFound, message: message)) }
    let files = index.closure(of: file).filter { $0 == file || !sentFiles.contains($0) }
    sentFiles.formUnion(files)
    return .files(files)
  }
}

extension ReflectionSession {
  /// The `message_request` of a `ServerReflectionRequest`.
  private enum Query {
    case fileByFilename(String)
    case fileContainingSymbol(String)
    case fileContainingExtension(typeName: String, number: Int32)
    case allExtensionNumbersOfType(String)
    case listServices
    case none

    static func parse(_ request: [UInt8]) throws(WireError) -> (Query, host: String) {
      var query = Query.none
      var host = ""
      var reader = WireReader(request)
      while let field = try reader.next() {
        guard let bytes = field.bytes, let text = field.string else { continue }
        switch field.number {
        case 1: host = text
        case 3: query = .fileByFilename(text)
        // Some clients write full names with the leading dot of resolved names.
        case 4: query = .fileContainingSymbol(String(text.drop { $0 == "." }))
        case 5: query = try parseExtension(bytes)
        case 6: query = .allExtensionNumbersOfType(String(text.drop { $0 == "." }))
        case 7: query = .listServices
        default: break
        }
      }
      return (query, host)
    }

    private static func parseExtension(_ bytes: ArraySlice<UInt8>) throws(WireError) -> Query {
      var typeName = ""
      var number: Int32 = 0
      var reader = WireReader(bytes)
      while let field = try reader.next() {
        // Not a switch, because Swift 6.3.1 cannot compile one here with optimization.
        if field.number == 1, let name = field.string { typeName = name }
        if field.number == 2, let value = field.varint { number = Int32(truncatingIfNeeded: value) }
      }
      return .fileContainingExtension(typeName: String(typeName.drop { $0 == "." }), number: number)
    }
  }
}
