import Synchronization

/// The context of a call: its method, caller, deadline and metadata.
public final class ServerContext: Sendable {
  /// The method that was called.
  public let method: MethodName
  /// The calling process, as the kernel recorded it when the connection was made (`SO_PEERCRED`, unix(7)).
  public let peer: PeerCredentials
  /// The caller's name as returned by the server's ``CallAuthorizer``; `nil` without one.
  public let caller: String?
  /// The caller's metadata, excluding the headers that gRPC itself uses.
  public let requestMetadata: Metadata

  /// Runs tasks on the connection's event loop behind other calls. For handlers of long calls, of which there may be
  /// thousands: with `withTaskExecutorPreference`, they do not delay the others.
  package let backgroundExecutor: any TaskExecutor

  /// The call's deadline on the event loop's clock.
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
    eventLoopDeadline: MonotonicTime?,
    backgroundExecutor: any TaskExecutor
  ) {
    self.backgroundExecutor = backgroundExecutor
    self.method = method
    self.peer = peer
    self.caller = caller
    self.requestMetadata = requestMetadata
    self.eventLoopDeadline = eventLoopDeadline
  }

  /// The call's deadline (`grpc-timeout`), or `nil` if the caller set none.
  ///
  /// Pass it on to downstream calls. The server itself sends DEADLINE_EXCEEDED.
  public var deadline: ContinuousClock.Instant? {
    guard let eventLoopDeadline else { return nil }
    let remaining = eventLoopDeadline - MonotonicTime.now
    return ContinuousClock.now.advanced(by: remaining)
  }

  /// Adds initial metadata. Has no effect once the first response message is sent.
  public func addInitialMetadata(_ key: String, _ value: String) {
    outgoing.withLock { $0.initialMetadata.add(key, value) }
  }

  /// Adds binary initial metadata; `key` must end in `-bin`.
  public func addInitialMetadata(_ key: String, binary value: [UInt8]) {
    outgoing.withLock { $0.initialMetadata.add(key, binary: value) }
  }

  /// Adds trailing metadata, which is sent with the status.
  public func addTrailingMetadata(_ key: String, _ value: String) {
    outgoing.withLock { $0.trailingMetadata.add(key, value) }
  }

  /// Adds binary trailing metadata; `key` must end in `-bin`.
  public func addTrailingMetadata(_ key: String, binary value: [UInt8]) {
    outgoing.withLock { $0.trailingMetadata.add(key, binary: value) }
  }

  /// Whether to gzip-compress responses if the caller accepts gzip. Default false; set it before the first message.
  public var compressesResponses: Bool {
    get { outgoing.withLock { $0.compressesResponses } }
    set { outgoing.withLock { $0.compressesResponses = newValue } }
  }

  /// The metadata for the response headers, and whether to compress messages.
  var responseHead: (metadata: Metadata, compresses: Bool) {
    outgoing.withLock { ($0.initialMetadata, $0.compressesResponses) }
  }

  var trailingMetadata: Metadata { outgoing.withLock { $0.trailingMetadata } }
}
