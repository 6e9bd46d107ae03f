import Synchronization

/// What a handler knows of its call, and what it may say beside its messages.
public final class ServerContext: Sendable {
  /// The method that was called.
  public let method: MethodName
  /// The calling process, as the kernel recorded it when the connection was made (`SO_PEERCRED`, unix(7)).
  public let peer: PeerCredentials
  /// The name that the server's ``CallAuthorizer`` gave the caller; `nil` on a server without one.
  public let caller: String?
  /// The caller's metadata, without the headers that gRPC itself uses.
  public let requestMetadata: Metadata

  /// When the caller stops waiting, on the event loop's clock.
  let eventLoopDeadline: MonotonicTime?

  private struct Outgoing {
    var initialMetadata = Metadata()
    var trailingMetadata = Metadata()
    var compressesResponses = false
  }
  private let outgoing = Mutex(Outgoing())

  init(
    method: MethodName,
    peer: PeerCredentials,
    caller: String?,
    requestMetadata: Metadata,
    eventLoopDeadline: MonotonicTime?
  ) {
    self.method = method
    self.peer = peer
    self.caller = caller
    self.requestMetadata = requestMetadata
    self.eventLoopDeadline = eventLoopDeadline
  }

  /// When the caller stops waiting (`grpc-timeout`), or `nil` when it set no deadline.
  ///
  /// Hand it on to whatever the handler calls. The server answers DEADLINE_EXCEEDED by itself.
  public var deadline: ContinuousClock.Instant? {
    guard let eventLoopDeadline else { return nil }
    let remaining = eventLoopDeadline - MonotonicTime.now
    return ContinuousClock.now.advanced(by: remaining)
  }

  /// Adds metadata that is sent before the first response message; after it, without effect.
  public func addInitialMetadata(_ key: String, _ value: String) {
    outgoing.withLock { $0.initialMetadata.add(key, value) }
  }

  /// Adds binary metadata (`key` ends in `-bin`) that is sent before the first response message.
  public func addInitialMetadata(_ key: String, binary value: [UInt8]) {
    outgoing.withLock { $0.initialMetadata.add(key, binary: value) }
  }

  /// Adds metadata that is sent with the status.
  public func addTrailingMetadata(_ key: String, _ value: String) {
    outgoing.withLock { $0.trailingMetadata.add(key, value) }
  }

  /// Adds binary metadata (`key` ends in `-bin`) that is sent with the status.
  public func addTrailingMetadata(_ key: String, binary value: [UInt8]) {
    outgoing.withLock { $0.trailingMetadata.add(key, binary: value) }
  }

  /// Whether responses are gzip-compressed, if the caller accepts gzip. Off at first; set it before the first message.
  public var compressesResponses: Bool {
    get { outgoing.withLock { $0.compressesResponses } }
    set { outgoing.withLock { $0.compressesResponses = newValue } }
  }

  /// The metadata for the response headers, and whether messages are to be compressed.
  var responseHead: (metadata: Metadata, compresses: Bool) {
    outgoing.withLock { ($0.initialMetadata, $0.compressesResponses) }
  }

  var trailingMetadata: Metadata { outgoing.withLock { $0.trailingMetadata } }
}
