/// What one connection may take of this process. Each bound answers an attack or an accident that it names.
public struct ConnectionLimits: Sendable {
  /// Largest message accepted, in bytes after decompression. gRPC's customary 4 MiB.
  public var maximumReceiveMessageSize = 4 * 1024 * 1024

  /// Calls open at once on a connection (SETTINGS_MAX_CONCURRENT_STREAMS): further ones wait at the caller.
  public var maximumConcurrentStreams: UInt32 = 1000

  /// Bytes of a call's headers (SETTINGS_MAX_HEADER_LIST_SIZE, RFC 9113 section 6.5.2): a larger list is refused
  /// with RESOURCE_EXHAUSTED instead of filling memory.
  public var maximumHeaderListSize: UInt32 = 16 * 1024

  /// Request bytes held for one connection, whole messages or parts, after decompression, before the call that adds to
  /// them is refused. Sixteen of the largest
  /// messages, so that neither many small uploads nor one sender can fill the process.
  public var maximumBufferedBytes = 64 * 1024 * 1024

  /// Response bytes held for a connection whose client does not read, before the call that adds to them is refused.
  /// One message alone is always taken.
  public var maximumUnsentBytes = 64 * 1024 * 1024

  /// Streams that a peer may reset in a burst, and per second after it (rapid reset, CVE-2023-44487).
  public var resetBurst: UInt64 = 2000
  public var resetsPerSecond: UInt64 = 200

  /// Streams that a peer's broken frames may make us reset, in the same measure (MadeYouReset, CVE-2025-8671).
  public var provokedResetBurst = 200
  public var provokedResetsPerSecond = 20

  /// Answers to SETTINGS and PING that may wait for a peer that does not read (CVE-2019-9512, CVE-2019-9515).
  public var maximumQueuedAcknowledgements = 1000

  /// Frames of any kind that may wait for a peer that does not read: resets of refused streams, above all. Several for
  /// each call that may be open.
  public var maximumQueuedFrames = 10_000

  /// Entries in one SETTINGS frame.
  public var maximumSettingsEntries = 32

  /// Bytes that a stream may send ahead of its reader (SETTINGS_INITIAL_WINDOW_SIZE): what one idle reader can cost.
  public var streamWindow: Int32 = 256 * 1024

  /// Bytes that a connection may send ahead; as a call's bytes are taken off at once, this only bounds one read batch.
  public var connectionWindow: Int32 = 4 * 1024 * 1024

  public init() {}
}
