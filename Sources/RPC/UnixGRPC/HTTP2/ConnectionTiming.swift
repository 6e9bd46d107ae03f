/// Timeouts of a connection.
struct ConnectionTiming: Sendable {
  /// Time for the HTTP/2 preface to arrive (RFC 9113 section 3.4).
  var prefaceTimeout: Duration = .seconds(10)
  /// Time without received bytes after which a PING is sent; `nil` for never.
  var keepaliveInterval: Duration?
  /// Time for the answer to that PING.
  var keepaliveTimeout: Duration = .seconds(20)
  /// Time for the peer to read the last bytes of a connection that has ended.
  var lingerTimeout: Duration = .seconds(10)
  /// Time without calls after which the connection ends with GOAWAY; `nil` for never. Needs ``keepaliveInterval``.
  var idleTimeout: Duration?
}
