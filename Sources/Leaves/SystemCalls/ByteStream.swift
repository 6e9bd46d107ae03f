import Glibc

/// Blocking reads and writes on file descriptors. Interrupted system calls are repeated.
package enum ByteStream {
  private static let chunkByteCount = 65_536

  /// Reads until end of file. Blocks if the descriptor does.
  package static func readAll(from descriptor: Int32) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: chunkByteCount)
    while true {
      let count = try readSome(from: descriptor, into: &chunk)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  /// Reads the available bytes, at most 64 KiB; returns an empty array only at end of file.
  package static func readChunk(from descriptor: Int32) throws(SystemError) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: chunkByteCount)
    let count = try readSome(from: descriptor, into: &chunk)
    return Array(chunk[..<count])
  }

  /// Writes all of `bytes`. Blocks if the descriptor does. Part may have been written when it throws.
  package static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { throw .last }
    }
  }

  private static func readSome(from descriptor: Int32, into chunk: inout [UInt8]) throws(SystemError) -> Int {
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count >= 0 { return count }
      if errno != EINTR { throw .last }
    }
  }
}
