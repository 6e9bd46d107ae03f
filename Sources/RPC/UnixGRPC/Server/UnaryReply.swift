import Synchronization

/// The one answer of a deferred unary call, from any thread. The first answer counts; later ones do nothing.
///
/// Dropping the last copy without an answer fails the call with INTERNAL, so that no caller waits for nothing.
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

  /// Answers with a response message and status OK.
  public func succeed(_ message: [UInt8]) { once.answer(.success(message)) }

  /// Answers with an error: a ``GRPCStatus`` as it is, anything else as UNKNOWN.
  public func fail(_ error: any Error) { once.answer(.failure(error)) }
}
