import Backoff
import ProtobufC
import UnixGRPC
import UnixGRPCProtobuf

/// A server stream that resumes from its position after the server was unavailable or ended it.
///
/// Each request holds the position to resume from; the iterator keeps it.
final class ResumingCall<Request: ProtobufMessage, Response: ProtobufMessage> {
  private let client: GRPCClient
  private let streams: OpenStreams
  private let method: TypedMethod<ServerStreaming, Request, Response>
  private var responses: TypedCall<Request, Response>.AsyncIterator?
  private var streamID: Int?
  private var backoff = Caller.backoff

  init(caller: Caller, method: TypedMethod<ServerStreaming, Request, Response>) {
    client = caller.client
    streams = caller.streams
    self.method = method
  }

  deinit { end() }

  /// Returns the next response, starting a call with `request` if none is open.
  ///
  /// - Throws: ``CreditsError`` if resuming would not help.
  func next(resumingWith request: () -> Request) async throws -> Response {
    while true {
      do {
        if responses == nil { try await begin(request()) }
        if let response = try await responses?.next() {
          backoff.reset()
          return response
        }
        // The streams never end by themselves: the server is shutting down.
        end()
        try await pause()
      } catch {
        end()
        guard !Task.isCancelled, !streams.isClosed else { throw CreditsError.cancelled }
        let error = CreditsError(error)
        guard error.code == .unavailable || error.reason == .resumeWatch else { throw error }
        try await pause()
      }
    }
  }

  private func begin(_ request: Request) async throws {
    let call = try await client.startCall(method, request)
    streamID = streams.add { call.cancel() }
    responses = call.makeAsyncIterator()
  }

  private func end() {
    responses = nil
    if let streamID { streams.remove(streamID) }
    streamID = nil
  }

  private func pause() async throws(CreditsError) {
    do { try await Task.sleep(for: backoff.next()) } catch { throw .cancelled }
  }
}
