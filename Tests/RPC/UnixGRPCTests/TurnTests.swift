import Testing

@testable import UnixGRPC

/// What a connection's bytes produce in a turn of the event loop is limited, and not how many they are.
@Suite("A turn of the event loop")
struct TurnTests {
  private static let services = [
    ServiceDefinition(
      name: "test.Echo",
      methods: [
        MethodDefinition("Unary", .unary { _, _ in [] }),
        MethodDefinition(
          "Collect",
          .clientStreaming { requests, _ in
            var count: UInt8 = 0
            for try await message in requests { count += message.isEmpty ? 0 : 1 }
            return [count]
          }
        ),
      ]
    )
  ]

  private func connection(sharingLoopOf other: SteppedConnection? = nil) throws -> SteppedConnection {
    let connection = try SteppedConnection(services: Self.services, sharingLoopOf: other)
    connection.receive(RawHTTP2Connection.clientPreface())
    _ = connection.sentFrames()
    return connection
  }

  private static let fields = RawHTTP2Connection.requestFields
  private static let gzipFields = fields + [("grpc-encoding", "gzip")]

  private static func call(_ stream: UInt32, _ message: [UInt8], isCompressed: Bool = false) -> [UInt8] {
    HTTP2Frame.headers(stream, isCompressed ? gzipFields : fields).bytes
      + HTTP2Frame.dataFrames(stream, grpcMessage(message, flag: isCompressed ? 1 : 0))
  }

  private func isEnd(of stream: UInt32) -> (HTTP2Frame) -> Bool {
    { $0.stream == stream && $0.endsStream }
  }

  /// 4 MiB in 4 KB.
  private static let bomb = GzipCodec().compress([UInt8](repeating: 0, count: 4 << 20))

  @Test("inflates a part of a message, and the next goes on with it")
  func inflation() throws {
    let connection = try connection()
    connection.arrive(Self.call(1, Self.bomb, isCompressed: true))
    let turns = try #require(connection.turns(until: isEnd(of: 1)))
    #expect(turns > 15)
  }

  @Test("inflates a part of a message also where the message is made of nothing")
  func emptyMembers() throws {
    let connection = try connection()
    let member = GzipCodec().compress([])
    connection.arrive(Self.call(1, (0..<8000).flatMap { _ in member }, isCompressed: true))
    let turns = try #require(connection.turns(until: isEnd(of: 1)))
    #expect(turns > 6)
  }

  @Test("decodes a part of a header block, and starts a part of many calls")
  func headers() throws {
    let connection = try connection()
    let references = HTTP2Frame(
      .headers,
      flags: HTTP2Frame.endHeaders,
      stream: 1,
      HPACK.encode(Self.fields) + [UInt8](repeating: 0x82, count: 9000)
    )
    connection.arrive(references.bytes)
    #expect(try #require(connection.turns(until: { $0.stream == 1 })) > 1)

    connection.arrive((0..<400).flatMap { Self.call(UInt32(2 * $0 + 3), [1]) })
    #expect(try #require(connection.turns(until: isEnd(of: 801))) > 2)
  }

  @Test("is short for a caller beside any number of connections that have much to do")
  func fairness() throws {
    let honest = try connection()
    let hostile = try (0..<20).map { _ in try connection(sharingLoopOf: honest) }
    for connection in hostile {
      connection.arrive((0..<10).flatMap { Self.call(UInt32(2 * $0 + 1), Self.bomb, isCompressed: true) })
    }
    honest.turn()
    for call in 0..<100 {
      let stream = UInt32(2 * call + 1)
      honest.arrive(Self.call(stream, [1]))
      #expect(try #require(honest.turns(until: isEnd(of: stream))) <= 3)
    }
    // In the meantime one after the other has gone on, none has been done, and in the end all are.
    #expect(hostile.allSatisfy { $0.sentFrames().allSatisfy { !$0.endsStream } })
    for connection in hostile.dropLast() { #expect(connection.turns(until: isEnd(of: 1)) != nil) }
  }

  @Test("continues with what came after a message that was inflated in parts, in order")
  func order() throws {
    let connection = try connection()
    let fields = RawHTTP2Connection.fields(of: "Collect") + [("grpc-encoding", "gzip")]
    var bytes = HTTP2Frame.headers(1, fields).bytes
    // Bombs and others, in frames of all sizes, with another call between the frames.
    let messages = (0..<10).flatMap { _ in grpcMessage(Self.bomb, flag: 1) + grpcMessage([1]) + grpcMessage([]) }
    for (index, start) in stride(from: 0, to: messages.count, by: 3001).enumerated() {
      bytes += HTTP2Frame.data(1, Array(messages[start..<min(start + 3001, messages.count)])).bytes
      bytes += Self.call(UInt32(2 * index + 3), [1])
    }
    connection.arrive(bytes + HTTP2Frame.data(1, [], endStream: true).bytes)
    var data: [UInt8] = []
    let turns = connection.turns { frame in
      if frame.stream == 1, frame.isA(.data) { data += frame.payload }
      return frame.stream == 1 && frame.endsStream
    }
    #expect(turns != nil)
    #expect(data == grpcMessage([20]))
  }

  @Test("ends a call in the middle of its message, and goes on with others", arguments: [true, false])
  func endInTheMiddle(isReset: Bool) throws {
    let connection = try connection()
    connection.arrive(Self.call(1, Self.bomb, isCompressed: true) + Self.call(3, [1]))
    connection.turn()
    if isReset {
      connection.arrive(HTTP2Frame.reset(1).bytes)
    } else {
      connection.connection.expire(try #require(connection.connection.call(on: 1)))
    }
    #expect(connection.turns(until: isEnd(of: 3)) != nil)
    connection.arrive(Self.call(5, Self.bomb, isCompressed: true))
    #expect(connection.turns(until: isEnd(of: 5)) != nil)
    connection.disconnect()
    #expect(!connection.isOpen)
  }

  @Test("is over for a connection that is closed with bytes left")
  func closeInTheMiddle() throws {
    let connection = try connection()
    connection.arrive(Self.call(1, Self.bomb, isCompressed: true) + Self.call(3, [1]))
    connection.turn()
    connection.transport.close(nil)
    for _ in 0..<100 { connection.turn() }
    #expect(!connection.isOpen)
  }

  @Test("lets a reader that never waits take only a few messages")
  func reader() throws {
    let loop = try EventLoop()
    loop.turn(mayWait: false)
    let messages = InboundMessages(readOn: loop) {}
    for _ in 0..<1000 { messages.push([1]) }
    messages.finish()
    let taken = Counter()
    _ = Task.immediate(executorPreference: loop) {
      while try await messages.next() != nil { taken.add() }
    }
    var turns = 0
    while taken.value < 1000, turns < 10_000 {
      #expect(taken.value <= 33 * (turns + 1))
      loop.turn(mayWait: false)
      turns += 1
    }
    #expect(taken.value == 1000)
  }
}
