import Backoff
import ProtobufC
import UnixGRPC
import UnixGRPCProtobuf

/// A server stream that begins again where it was when the server was away or cut it off.
///
/// Each request says where to go on; whoever reads keeps that place.
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

  /// The next response, of a call that goes on with `request` if one has to be begun.
  ///
  /// - Throws: ``CreditsError``, where beginning again would not help.
  func next(resumingWith request: () -> Request) async throws -> Response {
    while true {
      do {
        if responses == nil { try await begin(request()) }
        if let response = try await responses?.next() {
          backoff.reset()
          return response
        }
        // These streams have no end: the server has one.
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
