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

  /// Bytes buffered of an incomplete message, or of one that is being decompressed.
  var partialByteCount: Int { deframer.partialByteCount + (inflation?.byteCount ?? 0) }

  /// A message of which a part is decompressed.
  private var inflation: GzipCodec.Inflation?

  /// Frees the buffer. Nothing may be decoded afterwards.
  mutating func discard() {
    deframer = MessageDeframer(maximumMessageByteCount: deframer.maximumMessageByteCount)
    inflation = nil
  }

  /// Whether the bytes so far end inside a message.
  var isInsideMessage: Bool { deframer.isInsideMessage || inflation != nil }

  enum Step {
    case message([UInt8])
    /// More bytes are needed.
    case incomplete
    /// The budget is spent; call again with a new one before any other message is decompressed.
    case interrupted
  }

  /// Decodes the next message from the front of `bytes`.
  ///
  /// - Parameter budget: Pays for what is produced.
  mutating func next(
    from bytes: inout UnsafeRawBufferPointer,
    gzip: GzipCodec,
    budget: inout TurnBudget
  ) throws(GRPCStatus) -> Step {
    if inflation != nil { return try inflate(gzip, &budget) }
    let framed: FramedMessage?
    do { framed = try deframer.next(from: &bytes) } catch { throw error.status }
    guard let framed else { return .incomplete }
    budget.spend(TurnBudget.message)
    guard framed.isCompressed else { return .message(framed.payload) }
    guard encoding == .gzip else {
      throw GRPCStatus(
        code: .internal,
        message: "a message is marked as compressed, but grpc-encoding names no compression"
      )
    }
    inflation = gzip.beginInflation(of: framed.payload)
    return try inflate(gzip, &budget)
  }

  private mutating func inflate(_ gzip: GzipCodec, _ budget: inout TurnBudget) throws(GRPCStatus) -> Step {
    let affordable = budget.inflatableByteCount
    var left = affordable
    defer { budget.spend((affordable - left) * TurnBudget.inflatedByte) }
    do {
      let message = try gzip.inflate(
        &inflation!,
        maximumByteCount: deframer.maximumMessageByteCount,
        budget: &left
      )
      guard let message else { return .interrupted }
      inflation = nil
      return .message(message)
    } catch {
      inflation = nil
      throw error.status
    }
  }
}
