import ProtobufDescriptors

/// Writes the names and types of a service's rpcs, for both servers and clients.
struct MethodsWriter {
  let access: String
  let options: DeclaredOptions
  let types: TypeCatalog

  func write(
    _ service: ServiceDescriptor,
    _ methods: [MethodModel],
    to source: inout SwiftSource
  ) throws(GeneratorError) {
    source.line()
    source.documentation(" The rpcs of `\(service.fullName)`.")
    try source.block("\(access)enum \(SwiftNames.type(service.name))Methods") { (source) throws(GeneratorError) in
      source.line("\(access)static let serviceName = \"\(service.fullName)\"")
      for method in methods {
        let type = "TypedMethod<\(method.kind.rawValue), \(method.request), \(method.response)>"
        source.line(
          "\(access)static let \(method.name) = \(type)(service: serviceName, method: \"\(method.rpcName)\")"
        )
      }
      guard let role = options.role, methods.contains(where: { $0.role != nil }) else { return }
      source.line()
      source.documentation(" The role that a caller of each rpc needs.")
      let type = "[MethodName: \(try types.swiftName(role.field.typeName))]"
      source.line("\(access)static let roles: \(type) = [")
      for method in methods {
        if let role = method.role { source.line("  \(method.name).name: .\(role),") }
      }
      source.line("]")
    }
  }
}
