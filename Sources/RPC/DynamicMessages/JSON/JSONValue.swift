/// A value of a JSON text (RFC 8259), with where it stood.
///
/// A number keeps its digits: a 64-bit integer or a long decimal loses nothing before it is known what it is for.
package struct JSONValue: Sendable {
  package indirect enum Content: Sendable {
    case null
    case bool(Bool)
    /// A number as it is written.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order of the text; no key appears twice.
    case object([JSONMember])
  }

  package var content: Content
  /// The offset of its first byte in the document that it was read from; nil for a value that was made.
  package var offset: Int?

  package init(_ content: Content, offset: Int? = nil) {
    self.content = content
    self.offset = offset
  }

  package var isNull: Bool {
    if case .null = content { true } else { false }
  }

  /// What the value is, for a sentence: `a string`.
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
  /// The offset of the key's opening quote in the document that it was read from; nil for a member that was made.
  package var offset: Int?
  package var value: JSONValue

  package init(_ key: String, _ value: JSONValue, offset: Int? = nil) {
    self.key = key
    self.value = value
    self.offset = offset
  }
}
