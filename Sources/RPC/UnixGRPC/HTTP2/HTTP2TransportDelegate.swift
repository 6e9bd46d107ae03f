/// The user of a transport: the server or client side of a connection.
protocol HTTP2TransportDelegate: HTTP2SessionDelegate {
  /// A batch of bytes has been read and its events delivered. Starts the work that they enabled.
  func receivedBatch()
  /// The session has ended: no call continues or starts, but the last bytes may still be unsent. Called at most once.
  func sessionFinished()
  /// The connection is closed. Called once, after all other methods.
  func transportClosed(_ failure: HTTP2Failure?)
  /// Whether no call is open on the connection.
  var isIdle: Bool { get }
  /// The number of bytes has changed that wait because the peer does not read.
  func unreadBytesChanged(by byteCount: Int)
}

extension HTTP2TransportDelegate {
  func unreadBytesChanged(by byteCount: Int) {}
}
