/// Text that is the same only byte for byte.
///
/// Swift's `String` takes "k\u{301}" and "\u{1E31}" for equal. As idempotency keys or wallet ids they are two, and the
/// store, which compares bytes, would disagree with the rules.
package struct ExactText: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  package var description: String { text }
}
