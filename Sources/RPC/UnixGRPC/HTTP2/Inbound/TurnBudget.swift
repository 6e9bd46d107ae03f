/// What a connection may make its event loop do in one turn, before the other connections have theirs.
///
/// Work is counted by what the peer's bytes produce, in units of about a nanosecond: a few bytes can stand for megabytes of
/// headers or messages. The values are rough on purpose; what matters is that nothing is free.
struct TurnBudget {
  /// About a hundred small calls: enough to share a wake-up among many, little enough that nobody notices the delay. With 64
  /// calls in flight, half of it divided every batch and took a fifth of the rate.
  static let perTurn = 400_000
  /// Bytes are handed to nghttp2 in slices of frames that cost no more than this, because it stops only where a header or a
  /// message has been produced.
  static let slice = 20_000

  static let frame = 50
  /// Changes of settings go through all streams.
  static let settings = 2_000
  /// A byte of a header block may be a whole field, also where nghttp2 drops it.
  static let headerBlockByte = 2
  static let headerField = 100
  /// From the headers of a call to the start of its handler.
  static let call = 3_000
  static let message = 500
  /// Of a message as received, for each four bytes.
  static let dataBytes = 1
  static let inflatedByte = 2

  private var spent = 0

  var isSpent: Bool { spent >= Self.perTurn }

  /// How many bytes may still be inflated.
  var inflatableByteCount: Int { max(0, Self.perTurn - spent) / Self.inflatedByte }

  mutating func spend(_ units: Int) { spent += units }

  mutating func renew() { spent = 0 }
}
