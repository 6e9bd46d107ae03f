/// Builds the text of a message for people: `Money { currency_code: "USD" micros: 250000 }`.
///
/// Fields at their default are omitted. The format is not meant to be parsed.
public struct MessageText: Sendable {
  public private(set) var text: String
  private var isEmpty = true

  public init(_ typeName: StaticString) {
    text = "\(typeName) {"
  }

  public mutating func field(_ name: StaticString, _ value: some Any) {
    isEmpty = false
    text += " \(name): "
    debugPrint(value, terminator: "", to: &text)
  }

  /// Appends a field that the proto marks as secret: shows that it is set, but not its value.
  public mutating func redacted(_ name: StaticString) {
    isEmpty = false
    text += " \(name): [redacted]"
  }

  public consuming func finished() -> String {
    text + (isEmpty ? "}" : " }")
  }
}
