/// A value of a JSON text (RFC 8259), with its position.
///
/// A number keeps its digits, so that 64-bit integers and long decimals lose no precision before their type is known.
package struct JSONValue: Sendable {
  package indirect enum Content: Sendable {
    case null
    case bool(Bool)
    /// A number as written in the text.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order of the text, without duplicate keys.
    case object([JSONMember])
  }

  package var content: Content
  /// The offset of the value's first byte in its document; nil for a value that was not parsed.
  package var offset: Int?

  package init(_ content: Content, offset: Int? = nil) {
    self.content = content
    self.offset = offset
  }

  package var isNull: Bool {
    if case .null = content { true } else { false }
  }

  /// The kind of the value for error messages, `a string`.
  var kindName: String {
    switch content {
    case .null: "null"
    case .bool: "a bool"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// A key of a JSON object and its value.
package struct JSONMember: Sendable {
  package var key: String
  /// The offset of the key's opening quote in its document; nil for a member that was not parsed.
  package var offset: Int?
  package var value: JSONValue

  package init(_ key: String, _ value: JSONValue, offset: Int? = nil) {
    self.key = key
    self.value = value
    self.offset = offset
  }
}
