/// Splits the chunks of a stream into messages as they arrive. Performs no I/O.
///
/// Memory is bounded by the bytes received, never by a length prefix: a partial message takes at most twice its
/// received bytes plus ``initialCapacity``.
///
/// After an error the stream is broken, and every further call throws the same error.
package struct MessageDeframer {
  /// The first allocation for a message that arrives in pieces: the default size of an HTTP/2 DATA frame.
  package static let initialCapacity = 16_384

  /// The largest accepted payload, in bytes, compressed or not.
  package let maximumMessageByteCount: Int

  private enum State {
    case prefix(bytes: UInt64, count: Int)
    case payload(isCompressed: Bool, byteCount: Int)
    case broken(MessageFramingError)
  }

  private var state = State.prefix(bytes: 0, count: 0)
  private var partial: [UInt8] = []

  /// Bytes received of an incomplete message.
  var partialByteCount: Int { partial.count }

  /// Bytes allocated for an incomplete message.
  var partialCapacity: Int { partial.capacity }

  package init(maximumMessageByteCount: Int) {
    self.maximumMessageByteCount = maximumMessageByteCount
  }

  /// Whether the stream would be truncated if it ended now.
  package var isInsideMessage: Bool {
    if case .prefix(_, 0) = state { return false }
    return true
  }

  /// Consumes bytes from the front of `chunk` up to the end of a message and returns that message; consumes all bytes and
  /// returns nil if the message is incomplete. Call it with the same `chunk` until it returns nil.
  package mutating func next(from chunk: inout UnsafeRawBufferPointer) throws(MessageFramingError) -> FramedMessage? {
    while true {
      switch state {
      case .broken(let error):
        throw error
      case .prefix(let bytes, let count):
        guard try takePrefix(bytes: bytes, count: count, from: &chunk) else { return nil }
      case .payload(let isCompressed, let byteCount):
        guard let payload = takePayload(byteCount: byteCount, from: &chunk) else { return nil }
        state = .prefix(bytes: 0, count: 0)
        return FramedMessage(isCompressed: isCompressed, payload: payload)
      }
    }
  }

  /// Returns whether the prefix is complete.
  private mutating func takePrefix(
    bytes: UInt64,
    count: Int,
    from chunk: inout UnsafeRawBufferPointer
  ) throws(MessageFramingError) -> Bool {
    var (bytes, count) = (bytes, count)
    let taken = min(MessageFraming.prefixByteCount - count, chunk.count)
    for index in 0..<taken {
      bytes = bytes << 8 | UInt64(chunk[index])
    }
    count += taken
    chunk = UnsafeRawBufferPointer(rebasing: chunk[taken...])
    guard count == MessageFraming.prefixByteCount else {
      state = .prefix(bytes: bytes, count: count)
      return false
    }
    let flag = UInt8(truncatingIfNeeded: bytes >> 32)
    let byteCount = Int(bytes & 0xFFFF_FFFF)
    guard flag <= 1 else { throw fail(.flagInvalid(flag)) }
    guard byteCount <= maximumMessageByteCount else {
      throw fail(.messageTooLarge(byteCount: byteCount, maximum: maximumMessageByteCount))
    }
    state = .payload(isCompressed: flag == 1, byteCount: byteCount)
    return true
  }

  /// Returns the payload once it is complete.
  private mutating func takePayload(byteCount: Int, from chunk: inout UnsafeRawBufferPointer) -> [UInt8]? {
    let taken = min(byteCount - partial.count, chunk.count)
    let piece = UnsafeRawBufferPointer(rebasing: chunk[..<taken])
    chunk = UnsafeRawBufferPointer(rebasing: chunk[taken...])
    // Most messages arrive in one chunk and are copied once.
    if taken == byteCount, partial.isEmpty { return Array(piece) }
    if partial.capacity < partial.count + taken {
      let doubled = max(2 * partial.count, partial.count + taken, Self.initialCapacity)
      partial.reserveCapacity(min(doubled, byteCount))
    }
    partial.append(contentsOf: piece)
    guard partial.count == byteCount else { return nil }
    defer { partial = [] }
    return partial
  }

  private mutating func fail(_ error: MessageFramingError) -> MessageFramingError {
    state = .broken(error)
    return error
  }
}
