/// Resource limits of a connection. Each one guards against the attack or accident that it names.
public struct ConnectionLimits: Sendable {
  /// Maximum size of a received message, in bytes after decompression. The default is gRPC's customary 4 MiB.
  public var maximumReceiveMessageSize = 4 * 1024 * 1024

  /// Maximum concurrent calls on a connection (SETTINGS_MAX_CONCURRENT_STREAMS); further calls wait at the client.
  public var maximumConcurrentStreams: UInt32 = 1000

  /// Maximum bytes of a call's headers (SETTINGS_MAX_HEADER_LIST_SIZE, RFC 9113 section 6.5.2). A larger list is rejected
  /// with RESOURCE_EXHAUSTED instead of filling memory.
  public var maximumHeaderListSize: UInt32 = 16 * 1024

  /// Maximum request bytes buffered per connection, in whole and partial messages after decompression; the call that
  /// exceeds it is rejected. Sixteen maximum-size messages, so that neither many uploads nor one sender exhausts memory.
  public var maximumBufferedBytes = 64 * 1024 * 1024

  /// Maximum response bytes buffered per connection whose client does not read; the call that exceeds it is rejected.
  /// A single message is always accepted.
  public var maximumUnsentBytes = 64 * 1024 * 1024

  /// Streams that a peer may reset in a burst, and per second after that (rapid reset, CVE-2023-44487). Only resets of
  /// calls that have just begun count: not those of calls that we have ended, or that come to their deadline.
  public var resetBurst: UInt64 = 2000
  public var resetsPerSecond: UInt64 = 200

  /// Stream resets that a peer may provoke with invalid frames: burst and rate as above (MadeYouReset, CVE-2025-8671).
  public var provokedResetBurst = 200
  public var provokedResetsPerSecond = 20

  /// Frames that carry nothing of a call, such as PING, WINDOW_UPDATE or an empty DATA frame, which a peer may send in a
  /// burst beyond those that its calls account for, and per second after that. The peer that sends more is disconnected.
  public var overheadBurst = 10_000
  public var overheadPerSecond = 200

  /// Maximum queued SETTINGS and PING acknowledgements for a peer that does not read (CVE-2019-9512, CVE-2019-9515).
  public var maximumQueuedAcknowledgements = 1000

  /// Maximum queued frames of any kind for a peer that does not read, mostly resets of refused streams. Several per
  /// concurrent call.
  public var maximumQueuedFrames = 10_000

  /// Maximum entries in a SETTINGS frame.
  public var maximumSettingsEntries = 32

  /// Bytes that a stream may send ahead of its reader (SETTINGS_INITIAL_WINDOW_SIZE): the cost of an idle reader.
  public var streamWindow: Int32 = 256 * 1024

  /// Bytes that a connection may send ahead. Bounds only one batch of reads, because its window is returned on receipt,
  /// until the user's memory is used up: then as much may still come.
  public var connectionWindow: Int32 = 1024 * 1024

  public init() {}
}
