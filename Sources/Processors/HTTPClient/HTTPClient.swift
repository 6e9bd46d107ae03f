/// A client of HTTP/1.1 and TLS (libcurl(3)) with limits: what a server sends beyond them is never kept, and ends the
/// transfer. Connections are kept and used again.
///
/// Proxies come from the environment, and trusted certificates from the system, as libcurl does it. Redirects are not
/// followed, and cookies are not kept.
package final class HTTPClient: Sendable {
  package struct Limits: Sendable {
    /// The maximum size of a response's body, in bytes.
    package var bodyBytes = 4 << 20
    /// The maximum size of a response's head, in bytes.
    package var headBytes = 64 << 10
    /// The maximum number of open connections. Further requests wait, within their time.
    package var connections = 128
    /// The maximum number of connections that are kept for later requests.
    package var idleConnections = 8

    package init() {}
  }

  private let limits: Limits
  private let loop: TransferLoop

  package init(limits: Limits = Limits()) {
    self.limits = limits
    loop = TransferLoop(limits: limits)
  }

  deinit { loop.stop() }

  /// Sends a request, and waits for the whole response. Cancelling the task ends the transfer.
  ///
  /// - Parameter timeout: The maximum duration, connecting included.
  package func send(_ request: HTTPRequest, timeout: Duration) async throws(HTTPFailure) -> HTTPResponse {
    let transfer = Transfer(request, limits: limits, end: .now + timeout)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { waiting in
        if transfer.wait(with: waiting) { loop.start(transfer) }
      }
    } onCancel: {
      if transfer.finish(.failure(.cancelled)) { loop.drop(transfer) }
    }
    return try result.get()
  }
}
