import Glibc
import SystemCalls
import Testing

@Suite("Files and pipes")
struct ByteStreamTests {
  /// Runs `body` with an empty, unnamed file.
  private func withFile(_ body: (Int32) throws -> Void) throws {
    let file = try #require(tmpfile())
    defer { fclose(file) }
    try body(fileno(file))
  }

  @Test("are read back as written", arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
  func roundTrip(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    try withFile { file in
      try ByteStream.writeAll(bytes[...], to: file)
      lseek(file, 0, SEEK_SET)
      #expect(try ByteStream.readAll(from: file) == bytes)
      #expect(try ByteStream.readChunk(from: file).isEmpty)
    }
  }

  @Test("return the available part, and nothing at the end")
  func parts() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { close(ends[0]) }
    try ByteStream.writeAll([1, 2, 3], to: ends[1])
    #expect(try ByteStream.readChunk(from: ends[0]) == [1, 2, 3])
    try ByteStream.writeAll([4], to: ends[1])
    close(ends[1])
    #expect(try ByteStream.readChunk(from: ends[0]) == [4])
    #expect(try ByteStream.readChunk(from: ends[0]).isEmpty)
  }

  @Test("throw the reason they cannot be read or written")
  func failures() {
    #expect(throws: SystemError(EBADF)) { try ByteStream.readAll(from: -1) }
    #expect(throws: SystemError(EBADF)) { try ByteStream.readChunk(from: -1) }
    #expect(throws: SystemError(EBADF)) { try ByteStream.writeAll([1], to: -1) }
    #expect(throws: Never.self) { try ByteStream.writeAll([], to: -1) }
  }
}
