/// An invalid field of a message. Texts never contain the field's value.
struct FieldError: Error, Hashable {
  /// The field's path, such as `amount.currency_code`.
  var field: String
  /// The requirement that the field violates.
  var description: String

  /// The allowed lengths of keys, ids, tokens and codes, in bytes.
  private static let lengths = 1...255

  static func text(_ text: String, _ field: String) throws(FieldError) -> String {
    guard lengths.contains(text.utf8.count) else {
      throw FieldError(field: field, description: "must have 1 to 255 bytes")
    }
    return text
  }

  /// Returns a processor's reason code, or a generic one if it is empty: a missing reason does not invalidate the answer.
  static func code(_ code: String, _ field: String) throws(FieldError) -> String {
    code.isEmpty ? "generic_decline" : try text(code, field)
  }

  static func present<Value>(_ value: Value?, _ field: String) throws(FieldError) -> Value {
    guard let value else { throw FieldError(field: field, description: "is required") }
    return value
  }
}
