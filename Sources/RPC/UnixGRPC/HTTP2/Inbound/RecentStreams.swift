/// What a client has done with its latest streams: it must not send data or headers on one that it has ended itself, or
/// passed over (RFC 9113 sections 5.1 and 5.1.1), while of one that we have reset it may not know yet.
///
/// nghttp2 could tell, but would keep the whole of each closed stream.
struct RecentStreams {
  /// Streams that are remembered. More than are on their way between a client and us.
  private static let count = 256

  enum State {
    case neverOpened
    case opened
    /// By END_STREAM or RST_STREAM of the client.
    case ended
    /// Not yet opened, or too long ago.
    case unknown
  }

  private var opened = SIMD4<UInt64>()
  private var ended = SIMD4<UInt64>()
  /// The place of the last stream: clients use odd numbers, so that places count them.
  private var last = -1

  private func isRemembered(_ place: Int) -> Bool { place <= last && place > last - Self.count }

  func state(of stream: Int32) -> State {
    let place = Int(stream) / 2
    guard stream & 1 == 1, isRemembered(place) else { return .unknown }
    let bit = UInt64(1) << UInt64(place % 64)
    if ended[place / 64 % 4] & bit != 0 { return .ended }
    return opened[place / 64 % 4] & bit != 0 ? .opened : .neverOpened
  }

  /// Notes that the client has opened `stream`, whose number is greater than those before.
  mutating func open(_ stream: Int32) {
    let place = Int(stream) / 2
    guard stream & 1 == 1, place > last else { return }
    // The places of streams that were passed over are reused too.
    for reused in max(last + 1, place - Self.count + 1)...place {
      opened[reused / 64 % 4] &= ~(1 << UInt64(reused % 64))
      ended[reused / 64 % 4] &= ~(1 << UInt64(reused % 64))
    }
    opened[place / 64 % 4] |= 1 << UInt64(place % 64)
    last = place
  }

  /// Notes that the client has ended `stream`.
  mutating func end(_ stream: Int32) {
    let place = Int(stream) / 2
    guard stream & 1 == 1, isRemembered(place) else { return }
    ended[place / 64 % 4] |= 1 << UInt64(place % 64)
  }
}
