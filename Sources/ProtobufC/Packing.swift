import CProtobufC

/// Packs the C struct that `layOut` builds in a fresh arena.
///
/// For generated code, and for Swift models written by hand over generated C.
public func packed(
  _ layOut: (Arena) -> UnsafeMutableRawPointer
) -> Result<[UInt8], MessageEncodingError> {
  withUnsafeTemporaryAllocation(byteCount: ArenaOwner.stackSize, alignment: Arena.alignment) { buffer in
    let owner = ArenaOwner(buffer: buffer, heapLimit: .max)
    return withExtendedLifetime(owner) {
      let message = UnsafePointer(layOut(owner.arena).assumingMemoryBound(to: ProtobufCMessage.self))
      switch owner.arena.header.pointee.failure {
      case .nulInString(let field): return .failure(.nulInString(field: field.description))
      case .tooDeep: return .failure(.tooDeep)
      case nil: break
      }
      let size = protobuf_c_message_get_packed_size(message)
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        if size > 0 { count = protobuf_c_message_pack(message, buffer.baseAddress) }
      }
      return .success(bytes)
    }
  }
}
