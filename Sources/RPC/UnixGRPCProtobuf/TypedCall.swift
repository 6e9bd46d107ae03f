public import ProtobufC
public import UnixGRPC

/// A streaming call under way. Dropping its last copy cancels it if it has not ended.
public struct TypedCall<Request: ProtobufMessage, Response: ProtobufMessage>: AsyncSequence, Sendable {
  public typealias Element = Response

  private let call: StreamingCall

  public init(_ call: StreamingCall) {
    self.call = call
  }

  /// Sends a request; suspends while the server reads too slowly.
  ///
  /// - Throws: ``GRPCStatus`` when the call has ended or the request cannot be encoded.
  public func send(_ request: Request) async throws {
    try await call.send(request.requestBytes())
  }

  /// Tells the server that no more requests come.
  public func finishSending() {
    call.finishSending()
  }

  /// Sends no more, and waits for the response of a call that has just one.
  ///
  /// - Throws: ``GRPCStatus``: the server's, or INTERNAL if it ended the call well without a response.
  public func response() async throws -> Response {
    call.finishSending()
    var responses = makeAsyncIterator()
    guard let response = try await responses.next() else {
      throw GRPCStatus(code: .internal, message: "the server sent no response")
    }
    // A call is over only at its status, which may still be a failure.
    while try await responses.next() != nil {}
    return response
  }

  /// What came before the first response. Throws the call's status if it failed without any.
  public func initialMetadata() async throws -> Metadata {
    try await call.initialMetadata()
  }

  /// What came with the status; waits for the end of the call.
  public func trailingMetadata() async -> Metadata {
    await call.trailingMetadata()
  }

  /// Ends the call with CANCELLED on both sides.
  public func cancel() {
    call.cancel()
  }

  /// Iterates over the responses, for one reader; throws the call's status if that is not OK.
  public struct AsyncIterator: AsyncIteratorProtocol {
    // Kept so that the call lives while it is read.
    fileprivate let call: StreamingCall
    fileprivate var responses: ResponseStream.AsyncIterator

    public mutating func next() async throws -> Response? {
      guard let bytes = try await responses.next() else { return nil }
      return try Response(response: bytes)
    }
  }

  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(call: call, responses: call.responses.makeAsyncIterator())
  }
}
