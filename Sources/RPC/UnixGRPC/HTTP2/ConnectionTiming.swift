/// When a silent connection is asked whether it lives, and when it is given up.
struct ConnectionTiming: Sendable {
  /// For the HTTP/2 preface to arrive (RFC 9113 section 3.4).
  var prefaceTimeout: Duration = .seconds(10)
  /// Silence after which a PING is sent; `nil` for never.
  var keepaliveInterval: Duration?
  /// For the answer to that PING.
  var keepaliveTimeout: Duration = .seconds(20)
  /// For the peer to take the last bytes of a connection that has ended.
  var lingerTimeout: Duration = .seconds(10)
  /// Without calls, after which the connection is ended with GOAWAY; `nil` for never.
  var idleTimeout: Duration?
}
