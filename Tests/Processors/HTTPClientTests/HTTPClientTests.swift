import Glibc
import HTTPClient
import Synchronization
import Testing

@Suite("The HTTP client", .timeLimit(.minutes(2)))
struct HTTPClientTests {
  private static let mebibyte = [UInt8](repeating: 0x20, count: 1 << 20)

  private let client = HTTPClient()

  private func get(_ server: ScriptedServer, timeout: Duration = .seconds(20)) async throws -> HTTPResponse {
    let request = HTTPRequest(url: server.base + "/a?b=1", method: .get, fields: [("X-Name", "value")])
    return try await client.send(request, timeout: timeout)
  }

  private func failure(_ server: ScriptedServer, timeout: Duration = .seconds(20)) async throws -> HTTPFailure? {
    await #expect(throws: HTTPFailure.self) { try await get(server, timeout: timeout) }
  }

  @Test("sends requests as they are, and returns status, fields and body")
  func exchanges() async throws {
    let requests = Mutex<[String]>([])
    let server = ScriptedServer { exchange in
      requests.withLock { $0.append(exchange.request) }
      exchange.send(status: 402, fields: "Retry-After:  7 \r\nRequest-Id: req_1\r\n", body: "böse")
    }
    let response = try await get(server)
    #expect(response.status == 402 && String(decoding: response.body, as: UTF8.self) == "böse")
    #expect(response["retry-after"] == "7" && response["Request-ID"] == "req_1" && response["Other"] == nil)
    let body = Array("a=1&b=%20".utf8)
    let post = HTTPRequest(url: server.base + "/p", method: .post(body: body), fields: [("Idempotency-Key", "k")])
    _ = try await client.send(post, timeout: .seconds(20))
    _ = try await client.send(
      HTTPRequest(url: server.base + "/e", method: .post(body: []), fields: []),
      timeout: .seconds(20)
    )
    let sent = requests.withLock { $0 }
    #expect(sent[0].hasPrefix("GET /a?b=1 HTTP/1.1\r\n") && sent[0].contains("\r\nX-Name: value\r\n"))
    #expect(!sent[0].lowercased().contains("accept-encoding"))
    #expect(sent[1].hasPrefix("POST /p HTTP/1.1\r\n") && sent[1].contains("\r\nIdempotency-Key: k\r\n"))
    #expect(sent[1].hasSuffix("\r\n\r\na=1&b=%20"))
    #expect(sent[2].hasPrefix("POST /e HTTP/1.1\r\n") && sent[2].contains("\r\nContent-Length: 0\r\n"))
  }

  @Test("uses a connection again, and makes a new one when that has ended")
  func connections() async throws {
    let isLast = Mutex(false)
    let server = ScriptedServer { exchange in
      if isLast.withLock({ $0 }) { return exchange.reset() }
      exchange.send(body: "{}")
    }
    for _ in 1...5 { #expect(try await get(server).status == 200) }
    #expect(server.connections == 1)
    isLast.withLock { $0 = true }
    #expect(try await failure(server) == .connectionLost)
    isLast.withLock { $0 = false }
    #expect(try await get(server).status == 200)
  }

  @Test(
    "never takes more of a body than its limit",
    arguments: ["Content-Length: 629145600", "Transfer-Encoding: chunked"]
  )
  func longBodies(field: String) async throws {
    let server = ScriptedServer { exchange in
      exchange.send("HTTP/1.1 200 OK\r\n\(field)\r\n\r\n")
      let chunk =
        field.contains("chunked") ? Array("100000\r\n".utf8) + Self.mebibyte + Array("\r\n".utf8) : Self.mebibyte
      for _ in 1...600 { guard exchange.send(chunk) else { return } }
    }
    #expect(try await failure(server) == .tooLong)
    // The limit, and what the sockets of both sides hold.
    #expect(server.sentBytes < 24 << 20)
  }

  @Test("never takes more of a head than its limit, in one line or in many", arguments: [1 << 20, 1000])
  func longHeads(lineLength: Int) async throws {
    let server = ScriptedServer { exchange in
      exchange.send("HTTP/1.1 200 OK\r\n")
      for number in 0..<(600 << 20) / lineLength {
        guard exchange.send("X-\(number): " + String(repeating: "a", count: lineLength) + "\r\n") else { return }
      }
    }
    let failure = try await failure(server)
    // libcurl has a limit of its own for a line.
    #expect(failure != nil && failure != .timedOut)
    #expect(server.sentBytes < 24 << 20)
  }

  @Test("leaves encodings and redirects to the caller, and forgets the fields of interim responses")
  func asTheyAre() async throws {
    let server = ScriptedServer { exchange in
      exchange.send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
      exchange.send(status: 307, fields: "Location: /elsewhere\r\nContent-Encoding: gzip\r\n", body: "raw")
    }
    let response = try await get(server)
    #expect(response.status == 307 && response["Location"] == "/elsewhere" && response["X-Early"] == nil)
    #expect(String(decoding: response.body, as: UTF8.self) == "raw")
    #expect(server.connections == 1)
  }

  @Test("gives up after its time, and when its task is cancelled, and closes the connection")
  func endsEarly() async throws {
    let (closed, closes) = AsyncStream<Void>.makeStream()
    let (asked, asks) = AsyncStream<Void>.makeStream()
    let server = ScriptedServer { exchange in
      asks.yield()
      exchange.awaitClose()
      closes.yield()
    }
    var askings = asked.makeAsyncIterator()
    var closings = closed.makeAsyncIterator()
    #expect(try await failure(server, timeout: .milliseconds(200)) == .timedOut)
    await askings.next()
    await closings.next()
    let task = Task { try await get(server) }
    await askings.next()
    task.cancel()
    await #expect(throws: HTTPFailure.cancelled) { try await task.value }
    await closings.next()
  }

  @Test("reports a server that is missing, that breaks off, and that is none of TLS")
  func failures() async throws {
    let breaking = ScriptedServer { exchange in
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
      exchange.reset()
    }
    #expect(try await failure(breaking) == .connectionLost)
    for (url, expected) in [
      ("http://127.0.0.1:1/", .unreachable), ("https://127.0.0.1:\(breaking.port)/", .untrusted),
      ("nonsense://x", .requestInvalid),
    ] as [(String, HTTPFailure)] {
      await #expect(throws: expected) {
        try await client.send(HTTPRequest(url: url, method: .get, fields: []), timeout: .seconds(20))
      }
    }
  }

  @Test("sends nothing whose texts would not arrive as they are", arguments: ["a\r\nX: 1", "a\u{0}", "a\n", ""])
  func invalid(value: String) async throws {
    let server = ScriptedServer { $0.send() }
    let request = HTTPRequest(url: server.base, method: .get, fields: [("X-Name", value)])
    await #expect(throws: HTTPFailure.requestInvalid) { try await client.send(request, timeout: .seconds(20)) }
    #expect(server.connections == 0)
  }

  @Test("makes as many requests at once as it may have connections, and the others after them")
  func many() async throws {
    var limits = HTTPClient.Limits()
    limits.connections = 8
    let client = HTTPClient(limits: limits)
    let busy = Mutex((now: 0, most: 0))
    let server = ScriptedServer { exchange in
      busy.withLock { $0 = (now: $0.now + 1, most: max($0.most, $0.now + 1)) }
      // All connections are used before the first request is answered.
      while busy.withLock({ $0.most < 8 }) { sched_yield() }
      busy.withLock { $0.now -= 1 }
      exchange.send(body: "{}")
    }
    let request = HTTPRequest(url: server.base, method: .get, fields: [])
    let answers = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 1...100 { group.addTask { try await client.send(request, timeout: .seconds(60)).status } }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(answers == Array(repeating: 200, count: 100))
    #expect(busy.withLock { $0.most } == 8)
  }
}
