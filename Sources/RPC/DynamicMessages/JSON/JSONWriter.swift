import Encodings

/// Writes JSON text.
package struct JSONWriter: Sendable {
  /// Texts to insert around parts of the output, such as a terminal's colour codes.
  package struct Theme: Sendable {
    package var key = ""
    package var string = ""
    package var number = ""
    /// `true`, `false` and `null`.
    package var word = ""
    /// Inserted after each of the above.
    package var end = ""

    package init() {}
    package static let plain = Theme()
  }

  /// Whether members and elements are on separate lines, indented by two spaces per level.
  package var isIndented: Bool
  package var theme: Theme

  package init(isIndented: Bool, theme: Theme = .plain) {
    self.isIndented = isIndented
    self.theme = theme
  }

  package func text(of value: JSONValue) -> String {
    var text = ""
    write(value, to: &text, indent: 0)
    return text
  }

  private func write(_ value: JSONValue, to text: inout String, indent: Int) {
    switch value.content {
    case .null: write("null", theme.word, to: &text)
    case .bool(let isTrue): write(isTrue ? "true" : "false", theme.word, to: &text)
    case .number(let digits): write(digits, theme.number, to: &text)
    case .string(let string): write(Self.quoted(string), theme.string, to: &text)
    case .array(let elements):
      writeList(elements, "[", "]", to: &text, indent: indent) { element, text in
        write(element, to: &text, indent: indent + 1)
      }
    case .object(let members):
      writeList(members, "{", "}", to: &text, indent: indent) { member, text in
        write(Self.quoted(member.key), theme.key, to: &text)
        text += isIndented ? ": " : ":"
        write(member.value, to: &text, indent: indent + 1)
      }
    }
  }

  private func writeList<Element>(
    _ elements: [Element],
    _ opening: String,
    _ closing: String,
    to text: inout String,
    indent: Int,
    _ body: (Element, inout String) -> Void
  ) {
    text += opening
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      newLine(indent + 1, to: &text)
      body(element, &text)
    }
    if !elements.isEmpty { newLine(indent, to: &text) }
    text += closing
  }

  private func newLine(_ indent: Int, to text: inout String) {
    guard isIndented else { return }
    text += "\n"
    for _ in 0..<indent { text += "  " }
  }

  private func write(_ part: String, _ mark: String, to text: inout String) {
    if mark.isEmpty {
      text += part
    } else {
      text += mark + part + theme.end
    }
  }

  /// Returns the string as a JSON string literal.
  ///
  /// Escapes control characters, including C1, U+2028 and U+2029, so that a peer's text cannot control the terminal.
  package static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\u{0}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}":
        text += "\\u" + Hexadecimal.text(UInt64(scalar.value), digitCount: 4)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
