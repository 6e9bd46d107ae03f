/// One JSON text, and where it stood in what it was taken from.
package struct JSONDocument: Sendable {
  /// A place for a person to look at.
  package struct Location: Hashable, Sendable {
    /// Counted from 1.
    package var line: Int
    /// In characters (Unicode scalars), counted from 1.
    package var column: Int
    /// The line's text as far as this document has it, cut before what is far from the place.
    package var excerpt: String
    /// Where in ``excerpt`` the place is, in characters from 0.
    package var excerptColumn: Int
  }

  /// How much of a line an excerpt shows on either side of the place.
  private static let excerptReach = 60

  package let bytes: [UInt8]
  private let firstLine: Int
  private let firstColumn: Int

  package init(bytes: [UInt8], line: Int = 1, column: Int = 1) {
    self.bytes = bytes
    firstLine = line
    firstColumn = column
  }

  package init(_ text: String) {
    self.init(bytes: Array(text.utf8))
  }

  /// The value that the document holds.
  package func value() throws(JSONSyntaxError) -> JSONValue {
    try JSONParser.parse(bytes)
  }

  package func location(of offset: Int) -> Location {
    let offset = min(max(offset, 0), bytes.count)
    var line = firstLine
    var lineStart = 0
    for index in 0..<offset where bytes[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    let lineEnd = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    let before = Array(String(decoding: bytes[lineStart..<offset], as: UTF8.self).unicodeScalars)
    let after = String(decoding: bytes[offset..<lineEnd], as: UTF8.self).unicodeScalars.prefix(Self.excerptReach)
    let shown = before.suffix(Self.excerptReach)
    var excerpt = String.UnicodeScalarView()
    for scalar in Array(shown) + Array(after) { excerpt.append(scalar.value < 0x20 ? " " : scalar) }
    return Location(
      line: line,
      column: before.count + (lineStart == 0 ? firstColumn : 1),
      excerpt: String(excerpt),
      excerptColumn: shown.count
    )
  }
}
