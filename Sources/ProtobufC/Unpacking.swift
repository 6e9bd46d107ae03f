import CProtobufC

/// Checks and unpacks `bytes` in an arena, lets `copy` read the C struct, then drops the arena.
///
/// For generated code, and for Swift models written by hand over generated C.
@inlinable
public func withUnpacked<Value>(
  _ bytes: UnsafeRawBufferPointer,
  as layout: MessageLayout,
  limits: DecodingLimits,
  _ copy: (UnsafeRawPointer) -> Value
) -> Result<Value, MessageDecodingError> {
  var value: Value?
  var failure: MessageDecodingError?
  unpack(bytes, layout, limits) { source, error in
    if let source { value = copy(source) } else { failure = error }
  }
  if let value { return .success(value) }
  return .failure(failure ?? MessageDecodingError.unknown)
}

extension MessageDecodingError {
  @usableFromInline
  static var unknown: MessageDecodingError { MessageDecodingError(.malformed) }
}

@usableFromInline
func unpack(
  _ bytes: UnsafeRawBufferPointer,
  _ layout: MessageLayout,
  _ limits: DecodingLimits,
  _ done: (UnsafeRawPointer?, MessageDecodingError?) -> Void
) {
  let scan = WireScan(depthLimit: limits.depth)
  do throws(MessageDecodingError) {
    try scan.check(bytes, as: layout.descriptor)
  } catch {
    return done(nil, error)
  }
  withUnsafeTemporaryAllocation(byteCount: ArenaOwner.stackSize, alignment: Arena.alignment) { buffer in
    let owner = ArenaOwner(buffer: buffer, heapLimit: limits.memory(forInputOf: bytes.count))
    withExtendedLifetime(owner) {
      var allocator = owner.allocator
      let message = protobuf_c_message_unpack(
        layout.descriptor,
        &allocator,
        bytes.count,
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      )
      if let message {
        done(UnsafeRawPointer(message), nil)
      } else {
        // The scan has refused everything else that protobuf-c refuses.
        let isExhausted = owner.arena.header.pointee.isExhausted
        done(nil, MessageDecodingError(isExhausted ? .tooMuchMemory : .missingRequiredField))
      }
    }
  }
}
