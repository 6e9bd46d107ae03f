/// Why a text is not JSON.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: Hashable, Sendable {
    case endOfText
    case expected(String)
    case trailingText
    case numberInvalid
    case escapeInvalid
    /// An unpaired surrogate, which is not a character.
    case surrogateAlone
    case controlCharacter
    case utf8Invalid
    case keyTwice(String)
    /// Arrays and objects nest deeper than this.
    case tooDeep(Int)
  }

  package var reason: Reason
  /// The offset in the document of the byte at which parsing stopped.
  package var offset: Int

  package var description: String {
    switch reason {
    case .endOfText: "the JSON ends too early"
    case .expected(let what): "expected \(what)"
    case .trailingText: "expected the end of the JSON"
    case .numberInvalid: "not a number as JSON writes it (no leading zeros or plus, digits after the point)"
    case .escapeInvalid: "not an escape of JSON: use \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX"
    case .surrogateAlone: "half a surrogate pair: a character beyond U+FFFF takes two \\u escapes"
    case .controlCharacter: "a control character has to be escaped in a string"
    case .utf8Invalid: "not valid UTF-8"
    case .keyTwice(let key): "the key \"\(key)\" appears twice"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    }
  }
}
