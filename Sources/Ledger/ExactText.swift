/// Text that is the same only byte for byte.
///
/// Swift's `String` takes "k\u{301}" and "\u{1E31}" for equal. As idempotency keys or wallet ids they are two, and the
/// store, which compares bytes, would disagree with the rules.
package struct ExactText: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    var (left, right) = (left.text, right.text)
    // Over the storage itself: the UTF-8 view's own iteration costs several times as much.
    return left.withUTF8 { left in
      right.withUTF8 { right in
        UnsafeRawBufferPointer(left).hasSameBytes(as: UnsafeRawBufferPointer(right))
      }
    }
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  package var description: String { text }
}

extension UnsafeRawBufferPointer {
  /// Eight bytes at a time: keys are compared for every command.
  fileprivate func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    var offset = 0
    while offset + 8 <= count {
      let (here, there) = (
        loadUnaligned(fromByteOffset: offset, as: UInt64.self),
        other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      )
      guard here == there else { return false }
      offset += 8
    }
    while offset < count {
      guard self[offset] == other[offset] else { return false }
      offset += 1
    }
    return true
  }
}
