/// The parameters of `--credits-swift_opt`: `name=value` pairs separated by commas.
struct Parameters: Equatable {
  enum Visibility: String {
    case `public`, package, `internal`
  }

  /// `c_module`: the module of the C that protoc-c generates from the same files. Required.
  var cModule: String
  /// `visibility`: the access level of all generated code; `public` by default.
  var visibility = Visibility.public
  /// `import=FILE:MODULE`, repeatable: the Swift module with the declarations of `FILE`.
  var modules: [String: String] = [:]
  /// `role_option`: the enum option that gives the role each rpc needs. Files that import its declaration must set it on
  /// every rpc.
  var roleOption: String?
  /// `secret_option`: the bool option that redacts a field in its message's text.
  var secretOption: String?

  init(_ text: String) throws(GeneratorError) {
    var cModule: String?
    for pair in text.split(separator: ",") {
      guard let equals = pair.firstIndex(of: "=") else { throw GeneratorError("parameter \(pair) has no value") }
      let value = String(pair[pair.index(after: equals)...])
      switch pair[..<equals] {
      case "c_module": cModule = value
      case "visibility":
        guard let visibility = Visibility(rawValue: value) else {
          throw GeneratorError("visibility is public, package or internal, not \(value)")
        }
        self.visibility = visibility
      case "import":
        guard let colon = value.lastIndex(of: ":") else { throw GeneratorError("import=FILE:MODULE, not \(value)") }
        modules[String(value[..<colon])] = String(value[value.index(after: colon)...])
      case "role_option": roleOption = value
      case "secret_option": secretOption = value
      default: throw GeneratorError("unknown parameter \(pair[..<equals])")
      }
    }
    guard let cModule else { throw GeneratorError("parameter c_module is required") }
    self.cModule = cModule
  }
}
