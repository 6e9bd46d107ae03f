/// Options of a single call.
public struct CallOptions: Sendable {
  /// Time after which the call fails with DEADLINE_EXCEEDED on both sides. `nil` means no deadline: suitable for
  /// subscriptions, rarely for anything else.
  public var timeout: Duration?
  /// Metadata sent with the request headers.
  public var metadata: Metadata
  /// Whether to gzip-compress request messages.
  public var compressesRequests: Bool
  /// Whether the call waits, within its timeout, for a server to become available instead of failing with UNAVAILABLE.
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
