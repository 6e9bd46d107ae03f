import Foundation
import Synchronization
import Testing

@testable import UnixGRPC

/// What a user's connections hold together, and what goes on when that reaches the limit.
@Suite("A server whose user's memory is used up", .serialized, .timeLimit(.minutes(2)))
struct UserMemoryTests {
  private static let megabyte = 1 << 20
  private static let size = MethodDefinition("Unary", .unary { request, _ in Array("\(request.count)".utf8) })
  private static let collect = MethodDefinition(
    "Collect",
    .clientStreaming { requests, _ in
      var sizes: [Int] = []
      for try await request in requests { sizes.append(request.count) }
      return Array("\(sizes)".utf8)
    }
  )

  private static func fields(_ method: String) -> [(String, String)] {
    RawHTTP2Connection.requestFields.map { $0.0 == ":path" ? (":path", "/test.Echo/\(method)") : $0 }
  }

  /// The parts of a message that fits into a connection's window as HTTP/2 has it.
  private static let (partSize, restSize) = (60_000, 5_000)

  /// Begins a call of `method` with the first part of a message.
  private func sendHalf(of partSize: Int, on connection: RawHTTP2Connection, method: String) async throws {
    let claimed = UInt32(partSize + Self.restSize)
    let message = grpcMessage([UInt8](repeating: 1, count: partSize), claiming: claimed)
    await connection.send(
      HTTP2Frame.headerBlock(1, HPACK.encode(Self.fields(method)))
        + HTTP2Frame.dataFrames(1, message, endStream: false)
    )
    // The answer shows that everything before it has been taken.
    await connection.send(HTTP2Frame.ping().bytes)
    #expect(try await connection.frame { $0.isA(.ping) && $0.acknowledges } != nil)
  }

  @Test(
    "takes the messages of honest calls while half-sent ones hold all of it, and these too when they are complete",
    arguments: ["Unary", "Collect"]
  )
  func halfSentMessages(method: String) async throws {
    let configure = { (configuration: inout GRPCServer.Configuration) in configuration.userLimits.bytes = Self.megabyte
    }
    try await withServer([Self.size, Self.collect], configure: configure) { path, _ in
      var halves: [RawHTTP2Connection] = []
      for _ in 0..<20 {
        let connection = try await RawHTTP2Connection.client(to: path)
        try await sendHalf(of: Self.partSize, on: connection, method: method)
        halves.append(connection)
      }
      let client = GRPCClient(socketPath: path)
      for _ in 0..<5 {
        let answer = try await client.unary(
          .echo("Unary"),
          [UInt8](repeating: 2, count: 3 * Self.megabyte),
          options: CallOptions(timeout: .seconds(30))
        )
        #expect(String(decoding: answer.message, as: UTF8.self) == "\(3 * Self.megabyte)")
      }
      // Many at once, on one connection and on others.
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<16 {
          group.addTask {
            let request = [UInt8](repeating: 2, count: Self.megabyte)
            return try await client.unary(.echo("Unary"), request, options: CallOptions(timeout: .seconds(60))).message
              .count
          }
        }
        for try await count in group { #expect(count == "\(Self.megabyte)".utf8.count) }
      }
      await client.close()
      for connection in halves {
        await connection.send(HTTP2Frame.dataFrames(1, [UInt8](repeating: 1, count: Self.restSize)))
        expect(.ok, try await connection.response(stream: 1))
      }
    }
  }

  /// Begins a call of a message of `claimed` bytes, of which `sent` arrive.
  private func begin(_ stream: UInt32, claiming claimed: Int, sending sent: Int, on stepped: SteppedConnection) {
    stepped.receive(HTTP2Frame.headerBlock(stream, HPACK.encode(Self.fields("Unary"))))
    stepped.receiveInPieces(
      HTTP2Frame.dataFrames(
        stream,
        grpcMessage([UInt8](repeating: 1, count: sent), claiming: UInt32(claimed)),
        endStream: false
      )
    )
  }

  /// The bytes of a message after which a stream's window is used up, with the message's prefix.
  private static let windowful = Int(ConnectionLimits().streamWindow) - 5

  /// The streams whose windows the server has opened further since this was last called.
  private func openedStreams(_ stepped: SteppedConnection) -> [UInt32] {
    stepped.sentFrames().filter { $0.isA(.windowUpdate) && $0.stream != 0 }.map(\.stream)
  }

  @Test("opens the window of one half-sent message at a time, and of all when memory is free again")
  func windows() throws {
    let services = [ServiceDefinition(name: "test.Echo", methods: [Self.size])]
    let first = try SteppedConnection(services: services, userMemory: Self.megabyte)
    let second = try SteppedConnection(services: services, sharingLoopOf: first)
    for stepped in [first, second] { stepped.receive(RawHTTP2Connection.clientPreface()) }
    for stream in [1, 3, 5, 7] as [UInt32] { begin(stream, claiming: 400_000, sending: 200_000, on: first) }
    #expect(openedStreams(first) == [1, 3, 5, 7])
    #expect(!first.connection.account.budget.isExhausted)

    // The limit is reached within the first of these, before its sender is blocked.
    begin(1, claiming: 400_000, sending: Self.windowful, on: second)
    #expect(second.connection.account.budget.isExhausted)
    #expect(openedStreams(second) == [1])
    // Nobody else is blocked when the second is, so it is its turn.
    begin(3, claiming: 400_000, sending: Self.windowful, on: second)
    #expect(openedStreams(second) == [3])
    for stream in [5, 7] as [UInt32] { begin(stream, claiming: 300_000, sending: Self.windowful, on: second) }
    #expect(openedStreams(second).isEmpty)

    // When nothing more comes of it, it is the turn of the last, and when that is complete, of the one before.
    second.pass(.milliseconds(150))
    #expect(openedStreams(second) == [7])
    second.receiveInPieces(HTTP2Frame.dataFrames(7, [UInt8](repeating: 1, count: 300_000 - Self.windowful)))
    #expect(openedStreams(second) == [5])

    // Nothing has been cut, and the rest goes on when the first client has gone.
    #expect(second.connection.openCalls.count == 3)
    begin(9, claiming: 300_000, sending: Self.windowful, on: second)
    #expect(openedStreams(second).isEmpty)
    first.disconnect()
    second.pass(.milliseconds(1))
    #expect(openedStreams(second) == [9])
    second.disconnect()
    #expect(second.connection.account.budget.byteCount == 0)
  }

  @Test("has new calls of a client that does not read wait until it does, and answers another of the same user")
  func unreadAnswers() async throws {
    let handled = Counter()
    let large = MethodDefinition(
      "Unary",
      .unary { _, _ in
        handled.add()
        return [UInt8](repeating: 1, count: 400_000)
      }
    )
    let configure = { (configuration: inout GRPCServer.Configuration) in configuration.userLimits.bytes = Self.megabyte
    }
    try await withServer([large], configure: configure) { path, _ in
      // With a window of no bytes, answers stay where they are.
      let idle = try await RawHTTP2Connection.client(to: path, window: 0)
      for call in 0..<10 {
        let stream = UInt32(2 * call + 1)
        await idle.send(
          HTTP2Frame.headerBlock(stream, HPACK.encode(RawHTTP2Connection.requestFields))
            + HTTP2Frame.dataFrames(stream, grpcMessage([1]))
            + HTTP2Frame.ping().bytes
        )
        #expect(try await idle.frame { $0.isA(.ping) && $0.acknowledges } != nil)
      }
      #expect(handled.value == 2)

      let client = GRPCClient(socketPath: path)
      for _ in 0..<3 {
        let answer = try await client.unary(.echo("Unary"), [], options: CallOptions(timeout: .seconds(30)))
        #expect(answer.message.count == 400_000)
      }
      await client.close()
      #expect(handled.value == 5)

      // None was refused, and all go on when the client reads.
      await idle.send(HTTP2Frame.settings([(id: 4, value: 1 << 30)]).bytes)
      var ended: Set<UInt32> = []
      while ended.count < 10, let frame = try await idle.frame() {
        #expect(!frame.isA(.resetStream))
        if frame.endsStream { ended.insert(frame.stream) }
      }
      #expect(ended.count == 10 && handled.value == 13)
    }
  }
}

/// A peer that the server's authorizer does not know.
@Suite("A server with a user without any rule", .serialized, .timeLimit(.minutes(2)))
struct StrangerTests {
  private struct Doorkeeper: CallAuthorizer {
    func covers(_ method: MethodName) -> Bool { true }
    func knows(_ peer: PeerCredentials) -> Bool { false }
    func authorize(_ method: MethodName, _ peer: PeerCredentials) throws(GRPCStatus) -> String {
      throw GRPCStatus(code: .permissionDenied, message: "who are you?")
    }
  }
  private let echo = MethodDefinition("Unary", .unary { request, _ in request })

  @Test("accepts 16 connections of it, and refuses its calls")
  func connections() async throws {
    try await withServer([echo], configure: { $0.authorizer = Doorkeeper() }) { path, _ in
      var connections: [RawHTTP2Connection] = []
      for _ in 0..<16 {
        let connection = try await RawHTTP2Connection.client(to: path)
        expect(.permissionDenied, try await connection.call())
        connections.append(connection)
      }
      try await RawHTTP2Connection.client(to: path).framesUntilClose()
      for connection in connections { expect(.permissionDenied, try await connection.call(stream: 3)) }
    }
  }

  @Test("reads no more calls of it than it takes answers of")
  func unreadAnswers() async throws {
    try await withServer([echo], configure: { $0.authorizer = Doorkeeper() }) { path, _ in
      let connection = try RawHTTP2Connection(connectingTo: path)
      let descriptor = connection.descriptor
      let preface = RawHTTP2Connection.clientPreface()
      #expect(send(descriptor, preface, preface.count, Int32(MSG_NOSIGNAL)) == preface.count)
      // The server stops reading: a send fails, once its queue in the kernel is full.
      var patience = timeval(tv_sec: 1, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      var sent = 0
      var call = 0
      sending: while sent < 64 << 20 {
        let headers = HTTP2Frame.headerBlock(
          UInt32(2 * call + 1),
          HPACK.encode(RawHTTP2Connection.requestFields),
          endStream: true
        )
        call += 1
        var offset = 0
        while offset < headers.count {
          let count = headers.withUnsafeBytes {
            send(descriptor, $0.baseAddress! + offset, headers.count - offset, Int32(MSG_NOSIGNAL))
          }
          guard count > 0 else {
            #expect(errno == EAGAIN)
            break sending
          }
          offset += count
          sent += count
        }
      }
      #expect(sent < 2 << 20)
    }
  }
}
