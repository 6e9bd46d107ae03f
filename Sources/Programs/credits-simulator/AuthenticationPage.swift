import Glibc
import SimulatedProcessor
import SystemCalls
import Threads

/// A web page, for this machine's browsers only, at which cardholders agree to the simulator's charges.
///
/// Serves one connection after another: one person tries one charge at a time.
final class AuthenticationPage: Sendable {
  struct OpenError: Error, CustomStringConvertible {
    let description: String
  }

  /// How long a browser may take to send its request, in seconds.
  private static let patience = 5
  /// The maximum size of a request's head, in bytes.
  private static let longestHead = 16_384

  /// The address of the page of a charge, without the charge's id.
  let address: String
  private let listener: Int32

  /// - Parameter port: The port on 127.0.0.1; 0 takes a free one.
  init(port: UInt16) throws(OpenError) {
    let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw Self.failure(port) }
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    name.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard isListening else {
      let failure = Self.failure(port)
      close(listener)
      throw failure
    }
    self.listener = listener
    address = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))/"
  }

  /// Serves for as long as the process runs, on a thread of its own.
  func serve(_ processor: SimulatedProcessor) {
    SystemThread(name: "page") { [listener] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { continue }
        Self.answer(connection, processor)
        close(connection)
      }
    }
  }

  private static func answer(_ connection: Int32, _ processor: SimulatedProcessor) {
    var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
    let length = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, length)
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, length)
    guard let (method, charge) = request(connection) else { return }
    let (status, text): (String, String)
    switch method {
    case "GET": (status, text) = ("200 OK", #"<form method="post"><button>Agree to the charge</button></form>"#)
    case "POST":
      do {
        try processor.authenticateCardholder(chargeID: charge)
        (status, text) = ("200 OK", "You have agreed to the charge. Go back to where you recharge.")
      } catch {
        (status, text) = ("409 Conflict", "There is no such charge that waits for you.")
      }
    default: (status, text) = ("405 Method Not Allowed", "")
    }
    let page = "<!doctype html><meta charset=\"utf-8\"><title>A simulated bank</title><p>\(text)</p>\n"
    let fields = ["Content-Type: text/html", "Content-Length: \(page.utf8.count)", "Connection: close"]
    let head = "HTTP/1.1 \(status)\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    // A browser that has gone needs no answer.
    try? ByteStream.writeAll(Array((head + page).utf8)[...], to: connection)
  }

  /// Reads the head of a request (RFC 9112). Returns its method and its path without the slash.
  private static func request(_ connection: Int32) -> (method: String, charge: String)? {
    var head: [UInt8] = []
    let end = Array("\r\n\r\n".utf8)
    while !head.suffix(longestHead).contains(end) {
      guard head.count < longestHead, let more = try? ByteStream.readChunk(from: connection), !more.isEmpty else {
        return nil
      }
      head += more
    }
    let line = String(decoding: head.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self).split(separator: " ")
    guard line.count == 3, line[1].hasPrefix("/") else { return nil }
    return (String(line[0]), String(line[1].dropFirst()))
  }

  private static func failure(_ port: UInt16) -> OpenError {
    OpenError(description: "cannot listen on 127.0.0.1, port \(port): \(SystemError.last)")
  }
}
