import DynamicMessages
import ProtobufDescriptors
import UnixGRPC

/// The types of a server, loaded by reflection on demand or taken from given descriptors.
actor Schema {
  /// The limit of reflection requests, in case a server names new imports without end.
  private static let maximumQuestions = 10_000

  private(set) var types: TypePool
  private let reflection: ReflectionClient?
  private var asked: Set<ReflectionQuestion> = []
  private var knownServices: [String]?

  init(reflection: ReflectionClient) {
    self.reflection = reflection
    types = TypePool()
  }

  init(files: [FileDescriptor]) {
    reflection = nil
    types = TypePool(files: files)
  }

  /// Returns the full names of the services, sorted.
  func serviceNames() async throws -> [String] {
    if let knownServices { return knownServices }
    guard let reflection else { return types.files.flatMap(\.services).map(\.fullName).sorted() }
    switch try await reflection.ask(.listServices) {
    case .services(let names):
      let sorted = Array(Set(names)).sorted()
      knownServices = sorted
      return sorted
    case .error(let status): throw CommandFailure.call(status, details: [])
    case .files:
      throw CommandFailure.schema("the server's reflection answered something else than its services")
    }
  }

  /// Loads a symbol with its file and imports. Returns false if no such symbol exists.
  func load(symbol: String) async throws -> Bool {
    if types.symbol(symbol) != nil { return true }
    try await load(.fileContainingSymbol(symbol))
    return types.symbol(symbol) != nil
  }

  /// Loads every service with its messages.
  func loadServices() async throws {
    for name in try await serviceNames() { _ = try await load(symbol: name) }
  }

  private func load(_ first: ReflectionQuestion) async throws {
    guard let reflection else { return }
    var questions = [first]
    while let question = questions.popLast() {
      guard asked.insert(question).inserted else { continue }
      guard asked.count <= Self.maximumQuestions else {
        throw CommandFailure.schema("the server's files import one another without end")
      }
      switch try await reflection.ask(question) {
      case .services: break
      // A missing file is reported when one of its types is needed.
      case .error(let status):
        guard status.code == .notFound || status.code == .invalidArgument || status.code == .unknown else {
          throw CommandFailure.call(status, details: [])
        }
      case .files(let files):
        for bytes in files {
          let file: FileDescriptor
          do { file = try FileDescriptor(serializedBytes: bytes) } catch {
            throw CommandFailure.schema("a file that the server's reflection sent cannot be read: \(error)")
          }
          types.add(file)
          questions += file.dependencies.filter { !types.contains(fileNamed: $0) }.map { .fileByName($0) }
        }
      }
    }
  }
}
