/// The encodings that `grpc-encoding` may name.
enum MessageEncoding {
  case identity, gzip, unsupported

  init(_ value: Span<UInt8>) {
    if value.equals("identity") {
      self = .identity
    } else if value.equals("gzip") {
      self = .gzip
    } else {
      self = .unsupported
    }
  }
}

/// Turns the bytes of one direction of a call into messages: cuts them out, and decompresses those that say so.
struct MessageDecoder {
  private var deframer: MessageDeframer
  var encoding = MessageEncoding.identity

  init(maximumMessageSize: Int) {
    deframer = MessageDeframer(maximumMessageByteCount: maximumMessageSize)
  }

  /// Bytes held of a message that has not arrived whole.
  var partialByteCount: Int { deframer.partialByteCount }

  /// Lets go of what is held: no more will be asked for.
  mutating func discard() {
    deframer = MessageDeframer(maximumMessageByteCount: deframer.maximumMessageByteCount)
  }

  /// The bytes end in the middle of a message.
  var isInsideMessage: Bool { deframer.isInsideMessage }

  /// Takes messages from the front of `bytes`; `nil` when more bytes are needed.
  mutating func next(
    from bytes: inout UnsafeRawBufferPointer,
    gzip: GzipCodec
  ) throws(GRPCStatus) -> [UInt8]? {
    let framed: FramedMessage?
    do { framed = try deframer.next(from: &bytes) } catch { throw error.status }
    guard let framed else { return nil }
    guard framed.isCompressed else { return framed.payload }
    guard encoding == .gzip else {
      throw GRPCStatus(
        code: .internal,
        message: "a message is marked as compressed, but grpc-encoding names no compression"
      )
    }
    do {
      return try gzip.decompress(framed.payload, maximumByteCount: deframer.maximumMessageByteCount)
    } catch { throw error.status }
  }
}
