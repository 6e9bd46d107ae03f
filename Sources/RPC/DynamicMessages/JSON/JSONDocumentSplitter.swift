/// Splits a stream of concatenated JSON texts into documents as their bytes arrive.
///
/// Looks at brackets and quotes only; the parser checks everything else.
package struct JSONDocumentSplitter: Sendable {
  private var pending: [UInt8] = []
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var line = 1
  private var column = 1
  private var start = (line: 1, column: 1)

  package init() {}

  /// Returns the documents that end within `bytes`. The first may have begun in earlier bytes.
  package mutating func append(_ bytes: some Sequence<UInt8>) -> [JSONDocument] {
    var documents: [JSONDocument] = []
    for byte in bytes {
      if let ended = take(byte) { documents.append(ended) }
      advance(past: byte)
    }
    return documents
  }

  /// Ends the stream. Returns the last document, or nil if only white space is left.
  package mutating func finish() -> JSONDocument? {
    depth = 0
    isInString = false
    isEscaped = false
    return pending.isEmpty ? nil : cut()
  }

  private mutating func take(_ byte: UInt8) -> JSONDocument? {
    if isInString {
      pending.append(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
        if depth == 0 { return cut() }
      }
      return nil
    }
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D:
      if pending.isEmpty { return nil }
      if depth == 0 { return cut() }
      pending.append(byte)
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""):
      // A bracket or quote directly after a number or literal begins another document.
      let ended = depth == 0 && !pending.isEmpty ? cut() : nil
      begin(with: byte)
      if byte == UInt8(ascii: "\"") { isInString = true } else { depth += 1 }
      return ended
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      begin(with: byte)
      depth -= 1
      if depth <= 0 { return cut() }
    default:
      begin(with: byte)
    }
    return nil
  }

  private mutating func begin(with byte: UInt8) {
    if pending.isEmpty { start = (line, column) }
    pending.append(byte)
  }

  private mutating func cut() -> JSONDocument {
    defer {
      pending = []
      depth = 0
    }
    return JSONDocument(bytes: pending, line: start.line, column: start.column)
  }

  private mutating func advance(past byte: UInt8) {
    if byte == UInt8(ascii: "\n") {
      line += 1
      column = 1
    } else if !UTF8.isContinuation(byte) {
      column += 1
    }
  }
}
