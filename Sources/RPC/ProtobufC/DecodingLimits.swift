/// Limits on the depth and memory of decoding a peer's message.
public struct DecodingLimits: Sendable, Hashable {
  /// The depth limit of protobuf's own implementations.
  public static let defaultDepth = 100

  /// The maximum nesting depth of messages; the outermost counts as one.
  public var depth: Int

  /// The memory, in bytes, that the C form of a message of any size may take.
  public var memoryBase: Int

  /// The additional memory, in bytes, allowed for each byte received.
  ///
  /// protobuf-c needs about 40 bytes to record any field and as much again for an empty message. Legitimate messages of
  /// many small ones reach 25; one made only of empty messages (2 bytes each) exceeds 32 and is refused.
  public var memoryPerByte: Int

  public init(depth: Int = DecodingLimits.defaultDepth, memoryBase: Int = 1 << 20, memoryPerByte: Int = 32) {
    self.depth = depth
    self.memoryBase = memoryBase
    self.memoryPerByte = memoryPerByte
  }

  @usableFromInline
  func memory(forInputOf count: Int) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: memoryPerByte)
    let (sum, carry) = product.addingReportingOverflow(memoryBase)
    return overflow || carry ? .max : sum
  }
}
