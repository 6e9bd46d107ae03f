import Encodings

/// Text of a peer in a form that can be printed: it can neither begin a line of a log nor drive a terminal.
enum PrintableText {
  /// The most that is printed of a path. Those of methods are much shorter.
  static let maximumPathByteCount = 256
  /// The most that is printed of another text, such as an error.
  static let maximumLineLength = 1024

  /// A `:path`, with all but visible ASCII percent-encoded, and cut at ``maximumPathByteCount``.
  static func path(_ bytes: [UInt8]) -> String {
    var printable: [UInt8] = []
    for byte in bytes.prefix(maximumPathByteCount) {
      if (0x21...0x7E).contains(byte), byte != UInt8(ascii: "%") {
        printable.append(byte)
      } else {
        PercentEncoding.append(byte, to: &printable)
      }
    }
    return String(decoding: printable, as: UTF8.self) + (bytes.count > maximumPathByteCount ? "…" : "")
  }

  /// Any text, with control characters and separators of lines escaped as in Swift, and cut.
  static func line(_ text: String) -> String {
    var printable = String.UnicodeScalarView()
    for (index, scalar) in text.unicodeScalars.enumerated() {
      guard index < maximumLineLength else {
        printable.append("…")
        break
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        printable.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      default: printable.append(scalar)
      }
    }
    return String(printable)
  }
}
