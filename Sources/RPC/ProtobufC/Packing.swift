import CProtobufC

/// Packs the C struct that `layOut` builds in a new arena.
///
/// For generated code, and for handwritten Swift models over generated C.
@_spi(CLayout)
public func packed(_ layOut: (Arena) -> UnsafeMutableRawPointer) throws(MessageEncodingError) -> [UInt8] {
  try withUnsafeTemporaryAllocation(byteCount: arenaStackSize, alignment: arenaAlignment) {
    (buffer) throws(MessageEncodingError) in
    let owner = ArenaOwner(buffer: buffer, heapLimit: .max)
    return try withExtendedLifetime(owner) { () throws(MessageEncodingError) in
      let message = UnsafePointer(layOut(owner.arena).assumingMemoryBound(to: ProtobufCMessage.self))
      switch owner.arena.header.pointee.failure {
      case .nulInString(let field): throw .nulInString(field: field.description)
      case .tooDeep: throw .tooDeep
      case nil: break
      }
      let size = protobuf_c_message_get_packed_size(message)
      return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        if size > 0 { count = protobuf_c_message_pack(message, buffer.baseAddress) }
      }
    }
  }
}
