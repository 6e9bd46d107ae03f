import CZlib

/// An error decompressing a message.
package enum GzipError: Error, Hashable, Sendable {
  /// The input is not gzip, is truncated or damaged, or is followed by other bytes.
  case corrupt
  /// The output exceeds the limit, at which decompression stopped.
  case outputTooLarge(maximum: Int)

  /// The status with which the call fails.
  package var status: GRPCStatus {
    switch self {
    case .corrupt:
      GRPCStatus(code: .internal, message: "the compressed message is not valid gzip")
    case .outputTooLarge(let maximum):
      GRPCStatus(
        code: .resourceExhausted,
        message: "the message decompresses to more than the \(maximum) bytes accepted"
      )
    }
  }
}

/// Compresses and decompresses whole messages with gzip (RFC 1952).
///
/// Use one per connection: the state of each direction (about 260 KiB to compress, 40 KiB to decompress) is allocated on
/// first use and reused. Not safe for concurrent use.
package final class GzipCodec {
  private static let chunkByteCount = 16_384

  private var compression: ZStream?
  private var decompression: ZStream?
  private var chunk: [UInt8] = []

  package init() {}

  /// Returns a gzip member that contains `bytes`, which must be shorter than 4 GiB.
  package func compress(_ bytes: [UInt8]) -> [UInt8] {
    let stream = compression ?? .compression()
    compression = stream
    deflateReset(stream.pointer)
    let bound = Int(deflateBound(stream.pointer, UInt(bytes.count)))
    return bytes.withUnsafeBufferPointer { input in
      Array(unsafeUninitializedCapacity: bound) { output, count in
        stream.setInput(input)
        stream.setOutput(output)
        let result = deflate(stream.pointer, Z_FINISH)
        // zlib guarantees that deflateBound bytes are enough for one call.
        precondition(result == Z_STREAM_END, "deflate did not finish within its bound")
        count = bound - stream.unusedOutputByteCount
        stream.clearBuffers()
      }
    }
  }

  /// Returns the content of `bytes`: one gzip member or several concatenated.
  ///
  /// Produces at most `maximumByteCount` plus 16 KiB, however small the input.
  package func decompress(_ bytes: [UInt8], maximumByteCount: Int) throws(GzipError) -> [UInt8] {
    var inflation = beginInflation(of: bytes)
    var budget = Int.max
    while true {
      if let output = try inflate(&inflation, maximumByteCount: maximumByteCount, budget: &budget) { return output }
    }
  }

  /// A message whose decompression may stop and go on. One at a time: a codec has one state.
  struct Inflation {
    fileprivate let input: [UInt8]
    fileprivate var position = 0
    fileprivate var output: [UInt8] = []

    /// Bytes held: compressed ones, and those that they have become.
    var byteCount: Int { input.count + output.count }
  }

  func beginInflation(of bytes: [UInt8]) -> Inflation {
    let stream = decompression ?? .decompression()
    decompression = stream
    if chunk.isEmpty { chunk = [UInt8](repeating: 0, count: Self.chunkByteCount) }
    inflateReset(stream.pointer)
    return Inflation(input: bytes)
  }

  /// Goes on with the inflation that was begun last. Returns the content when it is complete.
  ///
  /// - Parameter budget: About how many bytes may be read and produced now; reduced by what was used. At least one step
  ///   is taken.
  func inflate(
    _ inflation: inout Inflation,
    maximumByteCount: Int,
    budget: inout Int
  ) throws(GzipError) -> [UInt8]? {
    guard let stream = decompression else { preconditionFailure("inflation was not begun") }
    repeat {
      let step = inflateStep(stream, &inflation)
      // Empty blocks and members produce nothing, and cost time.
      budget -= max(Self.smallestStep, step.consumed + step.produced)
      guard inflation.output.count + step.produced <= maximumByteCount else {
        throw .outputTooLarge(maximum: maximumByteCount)
      }
      inflation.output.append(contentsOf: chunk[..<step.produced])
      switch step.result {
      case Z_OK: continue
      case Z_STREAM_END:
        guard inflation.position < inflation.input.count else { return inflation.output }
        // RFC 1952 section 2.2: a file is a series of members.
        inflateReset(stream.pointer)
      default:
        // Z_BUF_ERROR means that the input ended before the member.
        throw .corrupt
      }
    } while budget > 0
    return nil
  }

  /// What a step costs at least, in bytes that could have been copied in its time.
  private static let smallestStep = 256

  private func inflateStep(
    _ stream: ZStream,
    _ inflation: inout Inflation
  ) -> (result: Int32, consumed: Int, produced: Int) {
    let (result, consumed, produced) = inflation.input.withUnsafeBufferPointer { input in
      chunk.withUnsafeMutableBufferPointer { output in
        let end = min(inflation.position + Self.chunkByteCount, input.count)
        let part = UnsafeBufferPointer(rebasing: input[inflation.position..<end])
        stream.setInput(part)
        stream.setOutput(output)
        defer { stream.clearBuffers() }
        let result = CZlib.inflate(stream.pointer, Z_NO_FLUSH)
        return (result, part.count - stream.unusedInputByteCount, output.count - stream.unusedOutputByteCount)
      }
    }
    inflation.position += consumed
    return (result, consumed, produced)
  }
}

/// Owns a `z_stream` at a fixed address, because zlib keeps a pointer back to it.
private final class ZStream {
  let pointer: UnsafeMutablePointer<z_stream>
  private let end: (UnsafeMutablePointer<z_stream>) -> Void

  private init(
    begin: (UnsafeMutablePointer<z_stream>) -> Int32,
    end: @escaping (UnsafeMutablePointer<z_stream>) -> Void
  ) {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: z_stream())
    self.end = end
    let result = begin(pointer)
    // The only other results are lack of memory, which is fatal in Swift anyway, and a wrong library version.
    precondition(result == Z_OK, "zlib does not start (\(result))")
  }

  deinit {
    end(pointer)
    pointer.deinitialize(count: 1)
    pointer.deallocate()
  }

  /// A window of 15 bits; adding 16 selects gzip's header and trailer.
  private static let gzipWindowBits: Int32 = 15 + 16

  static func compression() -> ZStream {
    // On a local socket bytes cost less than processor time, hence the fastest level.
    ZStream(
      begin: {
        deflateInit2_(
          $0,
          Z_BEST_SPEED,
          Z_DEFLATED,
          gzipWindowBits,
          8,
          Z_DEFAULT_STRATEGY,
          ZLIB_VERSION,
          Int32(MemoryLayout<z_stream>.size)
        )
      },
      end: { _ = deflateEnd($0) }
    )
  }

  static func decompression() -> ZStream {
    ZStream(
      begin: { inflateInit2_($0, gzipWindowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) },
      end: { _ = inflateEnd($0) }
    )
  }

  var unusedInputByteCount: Int { Int(pointer.pointee.avail_in) }
  var unusedOutputByteCount: Int { Int(pointer.pointee.avail_out) }

  func setInput(_ input: UnsafeBufferPointer<UInt8>) {
    pointer.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    pointer.pointee.avail_in = UInt32(input.count)
  }

  func setOutput(_ output: UnsafeMutableBufferPointer<UInt8>) {
    pointer.pointee.next_out = output.baseAddress
    pointer.pointee.avail_out = UInt32(output.count)
  }

  /// Clears the pointers to buffers that are about to be freed.
  func clearBuffers() {
    setInput(UnsafeBufferPointer(start: nil, count: 0))
    setOutput(UnsafeMutableBufferPointer(start: nil, count: 0))
  }
}
