/// What a connection may make its event loop do in one turn, before the other connections have theirs.
///
/// Work is counted by what the peer's bytes produce, in units of about a nanosecond: a few bytes can stand for megabytes of
/// headers or messages. The values are rough on purpose; what matters is that nothing is free.
struct TurnBudget {
  /// About a hundred small calls: enough to share a wake-up among many, little enough that nobody notices the delay. With 64
  /// calls in flight, half of it divided every batch and took a fifth of the rate.
  static let perTurn = 400_000
  /// For peers without any rule, which are only told that they may not call: what delays others least.
  static let perTurnOfStrangers = 50_000
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
  /// More for one that is refused for its headers: all of it, to its end, is done in the turn.
  static let refusedCall = 15_000
  static let message = 500
  /// Of a message as received, for each four bytes.
  static let dataBytes = 1
  static let inflatedByte = 2

  private let units: Int
  private var spent = 0

  init(units: Int = Self.perTurn) {
    self.units = units
  }

  var isSpent: Bool { spent >= units }

  /// How many bytes may still be inflated.
  var inflatableByteCount: Int { max(0, units - spent) / Self.inflatedByte }

  mutating func spend(_ units: Int) { spent += units }

  mutating func renew() { spent = 0 }
}
