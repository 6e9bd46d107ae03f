/// What a peer's message may cost to decode.
public struct DecodingLimits: Sendable, Hashable {
  /// The depth at which protobuf's own implementations stop.
  public static let defaultDepth = 100

  /// How deep messages may nest; the outermost counts as one.
  public var depth: Int

  /// Bytes of memory that a message of any size may take in its C form.
  public var memoryBase: Int

  /// Bytes of memory allowed on top for each byte received.
  ///
  /// protobuf-c spends about 40 bytes to note any field and as much again for an empty message, so that honest messages
  /// made of many small ones reach 25, while one made only of empty messages (2 bytes each) passes 32 and is refused.
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
