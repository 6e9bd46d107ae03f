import Glibc
import Synchronization
import Threads

/// A server on a local port that answers each request as a test says.
final class ScriptedServer: Sendable {
  /// What a test does about a request.
  struct Exchange: Sendable {
    /// The head and the body, as they were sent.
    let request: String
    fileprivate let descriptor: Int32
    fileprivate let sent: @Sendable (Int) -> Void

    /// Sends bytes. Returns false once the client has closed the connection.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent(count)
        rest = rest.dropFirst(count)
      }
      return true
    }

    func send(status: Int = 200, fields: String = "", body: String = "") {
      send("HTTP/1.1 \(status) Words\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Waits until the client closes the connection.
    func awaitClose() {
      var byte: UInt8 = 0
      while recv(descriptor, &byte, 1, 0) > 0 {}
    }

    /// Closes the connection with a reset.
    func reset() {
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
      shutdown(descriptor, Int32(SHUT_RDWR))
    }
  }

  typealias Script = @Sendable (Exchange) -> Void

  private final class Counts: Sendable {
    let connections = Mutex(0)
    let sent = Mutex(0)
  }

  let port: UInt16
  private let descriptor: Int32
  private let counts = Counts()

  var base: String { "http://127.0.0.1:\(port)" }
  var connections: Int { counts.connections.withLock { $0 } }
  var sentBytes: Int { counts.sent.withLock { $0 } }

  init(_ script: @escaping Script) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    precondition(isListening, "no local port")
    port = UInt16(bigEndian: address.sin_port)
    SystemThread(name: "scripted") { [counts] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { break }
        counts.connections.withLock { $0 += 1 }
        SystemThread(name: "connection") {
          Self.serve(client, script) { count in counts.sent.withLock { $0 += count } }
          close(client)
        }
      }
      close(descriptor)
    }
  }

  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private static func serve(_ client: Int32, _ script: Script, sent: @escaping @Sendable (Int) -> Void) {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      received += buffer[..<count]
      let text = String(decoding: received, as: UTF8.self)
      // The hello of a TLS client has no end that this server knows (RFC 8446 section 5.1).
      if received.first == 0x16 { return script(Exchange(request: text, descriptor: client, sent: sent)) }
      guard let end = text.firstRange(of: "\r\n\r\n") else { continue }
      let length = text.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
      let bodySize = length.flatMap { Int($0.dropFirst(15).filter { $0 != " " }) } ?? 0
      guard text[end.upperBound...].utf8.count >= bodySize else { continue }
      script(Exchange(request: text, descriptor: client, sent: sent))
      received = []
    }
  }
}
