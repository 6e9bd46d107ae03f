/// The Swift names of proto declarations.
enum SwiftNames {
  /// The name of a property, case or method: `wallet_id` is `walletID`, `GetWallet` is `getWallet`, quoted if a keyword.
  static func member(_ name: String) -> String {
    let name = lowerCamel(words(name))
    if taken.contains(name) { return name + "_" }
    return quoted(name)
  }

  /// The name of an enum case, without the enum's name as prefix: `STATE_UNSPECIFIED` of `State` is `unspecified`.
  static func enumCase(_ value: String, of enumName: String) -> String {
    var words = words(value)
    let prefix = self.words(enumName)
    if words.count > prefix.count, words.starts(with: prefix) { words.removeFirst(prefix.count) }
    let name = lowerCamel(words)
    if name.first?.isNumber == true { return "_" + name }
    return name == "unrecognized" || taken.contains(name) ? name + "_" : quoted(name)
  }

  /// The name of a type. A name that would hide one that generated code uses gets an underscore.
  static func type(_ name: String) -> String {
    let name = words(name, keepingCase: true).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    return hiding.contains(name) ? name + "_" : name
  }

  static func quoted(_ name: String) -> String {
    keywords.contains(name) ? "`\(name)`" : name
  }

  private static func lowerCamel(_ words: [String]) -> String {
    words.enumerated().map { index, word in
      if index == 0 { return word }
      return initialisms.contains(word) ? word.uppercased() : word.prefix(1).uppercased() + word.dropFirst()
    }.joined()
  }

  /// Splits a name into words: `wallet_id`, `walletId`, `WalletID` and `WALLET_ID` all give `wallet`, `id`.
  private static func words(_ name: String, keepingCase: Bool = false) -> [String] {
    var words: [String] = []
    for part in name.split(separator: "_") {
      let characters = Array(part)
      var start = 0
      for index in characters.indices.dropFirst() where characters[index].isUppercase {
        let endsWord = !characters[index - 1].isUppercase
        let beginsWord = index + 1 < characters.count && characters[index + 1].isLowercase
        if endsWord || beginsWord {
          words.append(String(characters[start..<index]))
          start = index
        }
      }
      words.append(String(characters[start...]))
    }
    return keepingCase ? words : words.map { $0.lowercased() }
  }

  private static let initialisms: Set<String> = ["id", "ip", "uri", "url"]

  /// Members that every generated message has, or that have a meaning in Swift.
  private static let taken: Set<String> = [
    "customMirror", "debugDescription", "description", "hash", "hashValue", "init", "laidOut", "layout", "rawValue",
    "self", "serializedBytes",
  ]

  private static let hiding: Set<String> = [
    "Any", "Arena", "Array", "Bool", "CStructMessage", "CallOptions", "CustomReflectable", "CustomStringConvertible",
    "Dictionary",
    "Double", "Error", "Float", "GRPCClient", "Hashable", "Indirect", "Int", "Int32", "Int64", "MemoryLayout",
    "MessageLayout", "MessageText", "MethodDefinition", "MethodName", "Mirror", "Optional", "Protocol",
    "ProtobufMessage", "Result", "Self", "Sendable", "ServerContext", "ServiceDefinition", "String", "Task", "Type",
    "TypedMethod", "UInt32", "UInt64", "UInt8", "UnsafeBufferPointer", "UnsafeMutablePointer",
    "UnsafeMutableRawPointer", "UnsafeRawPointer",
  ]

  private static let keywords: Set<String> = [
    "Any", "Self", "as", "associatedtype", "await", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if",
    "import", "in", "init", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private",
    "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch",
    "throw", "throws", "true", "try", "typealias", "var", "where", "while",
  ]
}
