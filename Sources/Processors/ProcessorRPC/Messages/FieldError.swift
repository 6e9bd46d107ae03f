/// A message that cannot be what it says it is. No text holds the field's value.
struct FieldError: Error, Hashable {
  /// The field's path, such as `amount.currency_code`.
  var field: String
  /// What would be right.
  var description: String

  /// What texts may be: keys, ids, tokens, codes.
  private static let lengths = 1...255

  static func text(_ text: String, _ field: String) throws(FieldError) -> String {
    guard lengths.contains(text.utf8.count) else {
      throw FieldError(field: field, description: "must have 1 to 255 bytes")
    }
    return text
  }

  /// A processor's reason; one that gives none is believed all the same.
  static func code(_ code: String, _ field: String) throws(FieldError) -> String {
    code.isEmpty ? "generic_decline" : try text(code, field)
  }

  static func present<Value>(_ value: Value?, _ field: String) throws(FieldError) -> Value {
    guard let value else { throw FieldError(field: field, description: "is required") }
    return value
  }
}
