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
    let stream = decompression ?? .decompression()
    decompression = stream
    if chunk.isEmpty { chunk = [UInt8](repeating: 0, count: Self.chunkByteCount) }
    inflateReset(stream.pointer)
    let result = bytes.withUnsafeBufferPointer { input in
      stream.setInput(input)
      defer { stream.clearBuffers() }
      return inflateAll(stream, maximumByteCount: maximumByteCount)
    }
    return try result.get()
  }

  private func inflateAll(_ stream: ZStream, maximumByteCount: Int) -> Result<[UInt8], GzipError> {
    var output: [UInt8] = []
    while true {
      let (result, produced) = chunk.withUnsafeMutableBufferPointer { chunk in
        stream.setOutput(chunk)
        let result = inflate(stream.pointer, Z_NO_FLUSH)
        return (result, chunk.count - stream.unusedOutputByteCount)
      }
      guard output.count + produced <= maximumByteCount else {
        return .failure(.outputTooLarge(maximum: maximumByteCount))
      }
      output.append(contentsOf: chunk[..<produced])
      switch result {
      case Z_OK: continue
      case Z_STREAM_END:
        guard stream.unusedInputByteCount > 0 else { return .success(output) }
        // RFC 1952 section 2.2: a file is a series of members.
        inflateReset(stream.pointer)
      default:
        // Z_BUF_ERROR means that the input ended before the member.
        return .failure(.corrupt)
      }
    }
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
