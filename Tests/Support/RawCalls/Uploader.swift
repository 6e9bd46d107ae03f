/// A connection that begins uploads and sends as much of them as the daemon's flow-control windows let it.
package final class Uploader {
  private struct Stream {
    var window: Int
    var unsent: Int
  }

  private let caller: RawCaller
  private var unparsed: [UInt8] = []
  private var window = 65_535
  private var streams: [UInt32: Stream] = [:]
  private var pongs = 0
  /// Bytes of messages that were sent.
  package private(set) var sentBytes = 0
  /// Whether the daemon has left a PING without an answer.
  package private(set) var hasMissedAnswer = false
  /// Calls that the daemon has answered or reset.
  package private(set) var endedCalls = 0

  /// A frame carries as many bytes.
  private static let piece = [UInt8](repeating: 0x78, count: 16_384)

  /// - Parameters:
  ///   - byteCount: Of each message, by its prefix.
  ///   - unsentBytes: Of each message, that are never sent.
  ///   - streamWindow: The daemon's SETTINGS_INITIAL_WINDOW_SIZE.
  package init(
    connectingTo path: String,
    method: String,
    calls: Int,
    byteCount: Int,
    unsentBytes: Int,
    streamWindow: Int
  ) throws {
    caller = try RawCaller(connectingTo: path)
    caller.send(RawCaller.preface)
    let length = UInt32(byteCount)
    let prefix = [0] + [length >> 24, length >> 16, length >> 8, length].map { UInt8($0 & 0xFF) }
    for call in 0..<calls {
      let stream = UInt32(2 * call + 1)
      caller.send(RawCaller.headers(stream, path: method) + RawCaller.frame(0, 0, stream, prefix))
      streams[stream] = Stream(window: streamWindow - prefix.count, unsent: byteCount - unsentBytes)
      window -= prefix.count
    }
  }

  /// Sends what the windows let it, until the daemon has taken everything and opens no window. Returns whether anything was
  /// sent.
  package func advance() -> Bool {
    let before = sentBytes
    var isMore = true
    while isMore {
      isMore = false
      for (stream, state) in streams where state.unsent > 0 {
        let count = min(state.unsent, state.window, window, Self.piece.count)
        guard count > 0 else { continue }
        guard caller.send(RawCaller.frame(0, 0, stream, Array(Self.piece[..<count]))) else { return false }
        streams[stream] = Stream(window: state.window - count, unsent: state.unsent - count)
        window -= count
        sentBytes += count
        isMore = true
      }
      // The answer comes after the windows that these bytes have opened.
      guard waitForAnswer() else { return false }
    }
    return sentBytes > before
  }

  /// Waits for the answer to a PING. Returns whether it came.
  private func waitForAnswer() -> Bool {
    let expected = pongs + 1
    caller.send(RawCaller.frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]))
    while pongs < expected {
      let bytes = caller.read { !$0.isEmpty }
      guard !bytes.isEmpty else {
        hasMissedAnswer = true
        return false
      }
      unparsed += bytes
      parse()
    }
    return true
  }

  private func parse() {
    var start = 0
    while unparsed.count - start >= 9 {
      let head = unparsed[start..<start + 9]
      let length = Int(head[start]) << 16 | Int(head[start + 1]) << 8 | Int(head[start + 2])
      guard unparsed.count - start >= 9 + length else { break }
      let number = head[(start + 5)...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      take(kind: head[start + 3], flags: head[start + 4], number, unparsed[(start + 9)..<(start + 9 + length)])
      start += 9 + length
    }
    unparsed.removeFirst(start)
  }

  private func take(kind: UInt8, flags: UInt8, _ stream: UInt32, _ payload: ArraySlice<UInt8>) {
    switch kind {
    case 8:
      let increment = Int(payload.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
      if stream == 0 { window += increment } else { streams[stream]?.window += increment }
    case 6 where flags & 1 != 0: pongs += 1
    case 1 where flags & 1 != 0, 3:
      if streams.removeValue(forKey: stream) != nil { endedCalls += 1 }
    default: break
    }
  }
}
