/// How one call is made.
public struct CallOptions: Sendable {
  /// How long the caller waits, after which the call fails with DEADLINE_EXCEEDED on both sides. `nil` waits for ever:
  /// right for streams that follow something, wrong for almost anything else.
  public var timeout: Duration?
  /// Sent with the request headers.
  public var metadata: Metadata
  /// Whether request messages are gzip-compressed.
  public var compressesRequests: Bool
  /// Whether the call waits, within its timeout, for a server that is not there yet, instead of failing with UNAVAILABLE.
  public var waitsForReady: Bool

  public init(
    timeout: Duration? = .seconds(10),
    metadata: Metadata = Metadata(),
    compressesRequests: Bool = false,
    waitsForReady: Bool = false
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.compressesRequests = compressesRequests
    self.waitsForReady = waitsForReady
  }
}
