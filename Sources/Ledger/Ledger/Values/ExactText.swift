/// Text that is compared byte by byte.
///
/// Swift's `String` compares by canonical equivalence, so that "k\u{301}" equals "\u{1E31}". As idempotency keys or
/// wallet ids they differ in the store, which compares bytes and would disagree with the rules.
package struct ExactText: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    left.withBytes { left in right.withBytes { right in left.hasSameBytes(as: right) } }
  }

  package func hash(into hasher: inout Hasher) {
    withBytes { hasher.combine(bytes: $0) }
  }

  /// Calls `body` with the UTF-8 bytes in place. Iterating over the view, or copying it, costs several times as much.
  private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    text.utf8.withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
      ?? Array(text.utf8).withUnsafeBytes { body($0) }
  }

  package var description: String { text }
}

extension UnsafeRawBufferPointer {
  /// Compares eight bytes at a time, because keys are compared for every command.
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
