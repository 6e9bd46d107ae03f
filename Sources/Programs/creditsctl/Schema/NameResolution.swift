import DynamicMessages
import ProtobufDescriptors
import UnixGRPC

/// A method found by its full or short name.
struct ResolvedMethod: Sendable {
  let service: ServiceDescriptor
  let method: MethodDescriptor

  var name: MethodName { MethodName(service: service.fullName, method: method.name) }
  /// The method's name in server reflection.
  var symbol: String { "\(service.fullName).\(method.name)" }
}

extension Schema {
  /// The prefix of services that a short name is rarely meant for.
  private static let infrastructurePrefix = "grpc."

  /// Returns the service with this full name, this last component, or this last component without `Service`.
  func service(_ name: String) async throws -> ServiceDescriptor {
    if name.contains("."), try await load(symbol: name), let service = types.service(name) { return service }
    let names = try await serviceNames()
    let found = Self.matches(name, among: names)
    if found.count == 1, try await load(symbol: found[0]), let service = types.service(found[0]) { return service }
    throw CommandFailure.usage(
      found.count > 1
        ? "\"\(name)\" could be any of \(found.joined(separator: ", "))"
        : "the server has no service \"\(name)\"" + Self.suggestion(name, names, known: "Its services")
    )
  }

  /// Returns the method named `package.Service/Method`, `package.Service.Method`, `Service/Method` or `Method`.
  func method(_ name: String) async throws -> ResolvedMethod {
    let path = name.hasPrefix("/") ? String(name.dropFirst()) : name
    if let separator = path.lastIndex(where: { $0 == "/" }) ?? path.lastIndex(where: { $0 == "." }) {
      let service = try await service(String(path[..<separator]))
      let methodName = String(path[path.index(after: separator)...])
      if let method = service.methods.first(where: { $0.name == methodName }) {
        return ResolvedMethod(service: service, method: method)
      }
      throw CommandFailure.usage(
        "\(service.fullName) has no method \"\(methodName)\""
          + Self.suggestion(methodName, service.methods.map(\.name), known: "Its methods")
      )
    }
    try await loadServices()
    let all = try await serviceNames().compactMap(types.service).flatMap { service in
      service.methods.map { ResolvedMethod(service: service, method: $0) }
    }
    var found = all.filter { $0.method.name == path }
    let own = found.filter { !$0.service.fullName.hasPrefix(Self.infrastructurePrefix) }
    if !own.isEmpty { found = own }
    if found.count == 1 { return found[0] }
    throw CommandFailure.usage(
      found.count > 1
        ? "\"\(path)\" could be any of \(found.map(\.name.description).joined(separator: ", "))"
        : "the server has no method \"\(path)\"" + Self.suggestion(path, all.map(\.method.name), known: nil)
    )
  }

  /// Loads the symbol that a name stands for, and returns its full name.
  func symbol(_ name: String) async throws -> String {
    let full = name.hasPrefix(".") ? String(name.dropFirst()) : name
    if full.contains("."), try await load(symbol: full) { return full }
    try await loadServices()
    let names = types.symbolNames
    let found = Self.matches(full, among: names)
    if found.count == 1 { return found[0] }
    throw CommandFailure.usage(
      found.count > 1
        ? "\"\(name)\" could be any of \(found.joined(separator: ", "))"
        : "the server knows nothing named \"\(name)\"" + Self.suggestion(full, names, known: nil)
    )
  }

  private static func matches(_ name: String, among names: [String]) -> [String] {
    for wanted in [name, name + "Service"] {
      if names.contains(wanted) { return [wanted] }
      let found = names.filter { $0.hasSuffix(".\(wanted)") }
      if !found.isEmpty { return found }
    }
    return []
  }

  private static func suggestion(_ name: String, _ names: [String], known: String?) -> String {
    let lastParts = names.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    if let near = NearestName.find(name, among: names) ?? NearestName.find(name, among: lastParts) {
      return "; did you mean \"\(near)\"?"
    }
    guard let known, !names.isEmpty else { return "" }
    return ". \(known): \(names.joined(separator: ", "))"
  }
}
