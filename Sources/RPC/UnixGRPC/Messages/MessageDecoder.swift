/// The values of `grpc-encoding`.
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

/// Decodes the bytes of one direction of a call into messages: deframes them and decompresses those flagged so.
struct MessageDecoder {
  private var deframer: MessageDeframer
  var encoding = MessageEncoding.identity

  init(maximumMessageSize: Int) {
    deframer = MessageDeframer(maximumMessageByteCount: maximumMessageSize)
  }

  /// Bytes buffered of an incomplete message.
  var partialByteCount: Int { deframer.partialByteCount }

  /// Frees the buffer. Nothing may be decoded afterwards.
  mutating func discard() {
    deframer = MessageDeframer(maximumMessageByteCount: deframer.maximumMessageByteCount)
  }

  /// Whether the bytes so far end inside a message.
  var isInsideMessage: Bool { deframer.isInsideMessage }

  /// Decodes the next message from the front of `bytes`; returns `nil` when more bytes are needed.
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
