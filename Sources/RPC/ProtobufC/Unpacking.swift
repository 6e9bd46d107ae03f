import CProtobufC

/// Checks and unpacks `bytes` in an arena, passes the C struct to `copy`, then frees the arena.
///
/// For generated code, and for handwritten Swift models over generated C. Inlinable, so that the value is constructed
/// in place.
@_spi(CLayout)
@inlinable
public func unpacked<Value>(
  _ bytes: [UInt8],
  as layout: MessageLayout,
  limits: DecodingLimits,
  _ copy: (UnsafeRawPointer) -> Value
) throws(MessageDecodingError) -> Value {
  let limit = limits.memory(forInputOf: bytes.count)
  return try plain(bytes, as: layout, limits: limits).withUnsafeBufferPointer {
    (bytes) throws(MessageDecodingError) in
    try withUnsafeTemporaryAllocation(byteCount: arenaStackSize, alignment: arenaAlignment) {
      (buffer) throws(MessageDecodingError) in
      let owner = ArenaOwner(buffer: buffer, heapLimit: limit)
      return try withExtendedLifetime(owner) { () throws(MessageDecodingError) in
        copy(try unpack(bytes, as: layout, in: owner.arena))
      }
    }
  }
}

/// Checks a message; returns its bytes, or others that mean the same where protobuf-c would not read them right.
@_spi(CLayout)
@usableFromInline
func plain(
  _ bytes: [UInt8],
  as layout: MessageLayout,
  limits: DecodingLimits
) throws(MessageDecodingError) -> [UInt8] {
  let scan = WireScan(depthLimit: limits.depth)
  let isPlain = try bytes.withUnsafeBufferPointer { (bytes) throws(MessageDecodingError) in
    try scan.check(bytes, as: layout.descriptor)
  }
  return isPlain ? bytes : WireRewrite.rewritten(bytes, as: layout.descriptor)
}

@_spi(CLayout)
@usableFromInline
func unpack(
  _ bytes: UnsafeBufferPointer<UInt8>,
  as layout: MessageLayout,
  in arena: Arena
) throws(MessageDecodingError) -> UnsafeRawPointer {
  var allocator = arena.allocator
  if let message = protobuf_c_message_unpack(layout.descriptor, &allocator, bytes.count, bytes.baseAddress) {
    return UnsafeRawPointer(message)
  }
  // The scan has already refused everything else that protobuf-c refuses.
  throw MessageDecodingError(arena.header.pointee.isExhausted ? .tooMuchMemory : .missingRequiredField)
}
