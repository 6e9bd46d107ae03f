/// The names of the C that protoc-c 1.4 generates.
enum CNames {
  /// The type of a message or enum: `credits.v1.Wallet.State` is `Credits__V1__Wallet__State`.
  static func type(_ fullName: String) -> String {
    fullName.split(separator: ".").map { camel($0) }.joined(separator: "__")
  }

  /// The prefix of a message's functions: `credits.v1.GetWalletRequest` is `credits__v1__get_wallet_request`.
  static func functions(_ fullName: String) -> String {
    fullName.split(separator: ".").map { lower($0) }.joined(separator: "__")
  }

  /// A member of a message's struct, in backquotes if it is a Swift keyword.
  static func member(_ field: String) -> String {
    let name = field.lowercased()
    return SwiftNames.quoted(cppKeywords.contains(name) ? name + "_" : name)
  }

  /// The member that counts a repeated field's elements.
  static func count(_ field: String) -> String {
    let name = field.lowercased()
    return "n_" + (cppKeywords.contains(name) ? name + "_" : name)
  }

  /// The member that stores which field of a oneof is set.
  static func oneofCase(_ oneof: String) -> String {
    lower(Substring(oneof)) + "_case"
  }

  /// The type of that member.
  static func oneofCaseType(_ oneof: String, in message: String) -> String {
    "\(type(message))__\(camel(Substring(oneof)))Case"
  }

  private static func camel(_ name: Substring) -> String {
    name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private static func lower(_ name: Substring) -> String {
    var result = ""
    var wasUpper = true
    for character in name {
      let isUpper = character.isUppercase
      if isUpper, !wasUpper { result += "_" }
      result += character.lowercased()
      wasUpper = isUpper
    }
    return result
  }

  /// The names to which protoc-c appends an underscore.
  private static let cppKeywords: Set<String> = [
    "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class", "compl",
    "const", "const_cast", "continue", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit",
    "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new",
    "not", "not_eq", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast",
    "return", "short", "signed", "sizeof", "static", "static_cast", "struct", "switch", "template", "this", "throw",
    "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile",
    "wchar_t", "while", "xor", "xor_eq",
  ]
}
