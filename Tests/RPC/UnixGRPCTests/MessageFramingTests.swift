import Testing

@testable import UnixGRPC

@Suite("The framing of messages")
struct MessageFramingTests {
  /// Decodes the stream in chunks of the given size.
  private func messages(
    _ stream: [UInt8],
    chunkSize: Int,
    into deframer: inout MessageDeframer
  ) throws(MessageFramingError) -> [FramedMessage] {
    var messages: [FramedMessage] = []
    var start = 0
    while start < stream.count {
      let end = min(start + chunkSize, stream.count)
      var failure: MessageFramingError?
      stream[start..<end].withUnsafeBytes { bytes in
        var rest = bytes
        do throws(MessageFramingError) {
          while let message = try deframer.next(from: &rest) { messages.append(message) }
        } catch { failure = error }
      }
      if let failure { throw failure }
      start = end
    }
    return messages
  }

  @Test("writes a flag, a big-endian length and the payload")
  func encode() {
    #expect(MessageFraming.encode([7, 8], isCompressed: true) == [1, 0, 0, 0, 2, 7, 8])
    #expect(MessageFraming.encode([]) == [0, 0, 0, 0, 0])
    let large = MessageFraming.encode([UInt8](repeating: 1, count: 0x01_02_03))
    #expect(large[..<5] == [0, 0, 1, 2, 3])
    #expect(large.count == 5 + 0x01_02_03)
  }

  @Test("decodes the same messages however split", arguments: [1, 2, 3, 4, 5, 6, 7, 11, 64, 1000, 100_000])
  func anyChunkSize(chunkSize: Int) throws {
    let sent = [0, 1, 2, 5, 300, 20_000, 70_000, 0].map { count in
      FramedMessage(isCompressed: count % 2 == 1, payload: (0..<count).map { UInt8(truncatingIfNeeded: $0) })
    }
    let stream = sent.flatMap { MessageFraming.encode($0.payload, isCompressed: $0.isCompressed) }
    var deframer = MessageDeframer(maximumMessageByteCount: 70_000)
    #expect(try messages(stream, chunkSize: chunkSize, into: &deframer) == sent)
    #expect(!deframer.isInsideMessage)
  }

  @Test("rejects a message that is too large before its payload arrives, and everything after it")
  func tooLarge() throws {
    var deframer = MessageDeframer(maximumMessageByteCount: 10)
    #expect(
      try messages(MessageFraming.encode([UInt8](repeating: 0, count: 10)), chunkSize: 3, into: &deframer).count == 1
    )
    let error = MessageFramingError.messageTooLarge(byteCount: 11, maximum: 10)
    #expect(throws: error) { try messages([0, 0, 0, 0, 11], chunkSize: 5, into: &deframer) }
    #expect(throws: error) { try messages([0, 0, 0, 0, 0], chunkSize: 5, into: &deframer) }
    #expect(error.status.code == .resourceExhausted)
  }

  @Test("rejects a flag that is neither 0 nor 1")
  func flag() {
    var deframer = MessageDeframer(maximumMessageByteCount: 10)
    #expect(throws: MessageFramingError.flagInvalid(2)) {
      try messages([2, 0, 0, 0, 0], chunkSize: 5, into: &deframer)
    }
  }

  @Test("reports at every byte whether the stream may end")
  func ending() throws {
    let stream = MessageFraming.encode([1, 2, 3])
    for count in 1..<stream.count {
      var deframer = MessageDeframer(maximumMessageByteCount: 10)
      #expect(try messages(Array(stream[..<count]), chunkSize: 100, into: &deframer) == [])
      #expect(deframer.isInsideMessage)
    }
    var deframer = MessageDeframer(maximumMessageByteCount: 10)
    #expect(!deframer.isInsideMessage)
    #expect(try messages(stream, chunkSize: 1, into: &deframer).count == 1)
    #expect(!deframer.isInsideMessage)
  }

  @Test("accepts a prefix of 4 GiB if the limit allows it, and allocates nothing for it")
  func lyingPrefix() throws {
    var deframer = MessageDeframer(maximumMessageByteCount: .max)
    #expect(try messages([0, 0xFF, 0xFF, 0xFF, 0xFF, 1], chunkSize: 6, into: &deframer) == [])
    #expect(deframer.partialCapacity <= 2 * MessageDeframer.initialCapacity)
  }
}
