/// The queued messages of one stream, in order, serialized into DATA frames with their gRPC prefixes.
///
/// Confined to the connection's event loop. HTTP/2 reads from it as the peer's window allows.
struct OutboundBody {
  private struct Message {
    let payload: [UInt8]
    let isCompressed: Bool
  }

  /// A flag byte and a four-byte length precede every message (gRPC over HTTP/2, "Length-Prefixed-Message").
  static let prefixLength = 5

  /// The message being sent. Most calls send only one and need no queue.
  private var current: Message?
  private var following: FIFO<Message>?
  private var position = 0
  /// Whether no message follows the queued ones.
  private(set) var isEnded = false
  /// Whether HTTP/2 found the body empty and must be resumed when bytes are available.
  var isDeferred = false

  mutating func append(_ payload: [UInt8], isCompressed: Bool) {
    let message = Message(payload: payload, isCompressed: isCompressed)
    if current == nil {
      current = message
    } else {
      if following == nil { following = FIFO() }
      following!.append(message)
    }
  }

  mutating func end() { isEnded = true }

  mutating func discard() {
    current = nil
    following = nil
    position = 0
    isEnded = true
  }

  var isEmpty: Bool { current == nil }

  /// Copies as many bytes as fit into `buffer`. Returns their count, and the payload bytes of the messages completed.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> (written: Int, completed: Int) {
    var written = 0
    var completed = 0
    while written < buffer.count, let message = current {
      if position < Self.prefixLength {
        let length = UInt32(message.payload.count)
        while position < Self.prefixLength, written < buffer.count {
          buffer[written] =
            position == 0
            ? (message.isCompressed ? 1 : 0)
            : UInt8(truncatingIfNeeded: length >> UInt32(8 * (4 - position)))
          position += 1
          written += 1
        }
        if position < Self.prefixLength { break }
      }
      let start = position - Self.prefixLength
      let count = min(message.payload.count - start, buffer.count - written)
      if count > 0 {
        message.payload.withUnsafeBytes { payload in
          let target = UnsafeMutableRawBufferPointer(rebasing: buffer[written..<written + count])
          target.copyMemory(from: UnsafeRawBufferPointer(rebasing: payload[start..<start + count]))
        }
      }
      position += count
      written += count
      if position == Self.prefixLength + message.payload.count {
        completed += message.payload.count
        current = following?.popFirst()
        position = 0
      }
    }
    return (written, completed)
  }
}
