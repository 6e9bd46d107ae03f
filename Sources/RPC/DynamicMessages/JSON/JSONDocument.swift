/// One JSON text, and its position in the stream that it was cut from.
package struct JSONDocument: Sendable {
  /// A place in a document, for error messages.
  package struct Location: Hashable, Sendable {
    /// Counted from 1.
    package var line: Int
    /// In characters (Unicode scalars), counted from 1.
    package var column: Int
    /// The line, as far as it is in this document and within 60 characters of the place.
    package var excerpt: String
    /// The place's offset in ``excerpt``, in characters from 0.
    package var excerptColumn: Int
  }

  /// The number of characters that an excerpt shows on either side of the place.
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

  /// Parses the document.
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
