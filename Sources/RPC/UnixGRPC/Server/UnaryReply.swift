import Synchronization

/// The reply to a deferred unary call, usable from any thread. Only the first reply takes effect.
///
/// Releasing the last copy without a reply fails the call with INTERNAL, so that the caller does not wait forever.
public struct UnaryReply: Sendable {
  private final class Once: Sendable {
    let streamID: Int32
    let connection: ServerConnection
    let answered = Atomic(false)

    init(streamID: Int32, connection: ServerConnection) {
      self.streamID = streamID
      self.connection = connection
    }

    func answer(_ result: Result<[UInt8], any Error>) {
      guard !answered.exchange(true, ordering: .relaxed) else { return }
      connection.post(.unaryResult(streamID, result))
    }

    deinit {
      answer(.failure(GRPCStatus(code: .internal, message: "the handler ended without an answer")))
    }
  }

  private let once: Once

  init(streamID: Int32, connection: ServerConnection) {
    once = Once(streamID: streamID, connection: connection)
  }

  /// Replies with a response message and status OK.
  public func succeed(_ message: [UInt8]) { once.answer(.success(message)) }

  /// Fails the call: with a ``GRPCStatus`` as is, with another error as in ``MethodHandler``.
  public func fail(_ error: any Error) { once.answer(.failure(error)) }
}
