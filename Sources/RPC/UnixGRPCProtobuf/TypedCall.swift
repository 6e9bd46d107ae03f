public import ProtobufC
public import UnixGRPC

/// An open streaming call. Releasing its last copy cancels it if it has not ended.
public struct TypedCall<Request: ProtobufMessage, Response: ProtobufMessage>: AsyncSequence, Sendable {
  public typealias Element = Response

  private let call: StreamingCall

  public init(_ call: StreamingCall) {
    self.call = call
  }

  /// Sends a request; suspends while earlier requests wait for the server's flow-control window.
  ///
  /// - Throws: ``GRPCStatus`` if the call has ended or the request cannot be encoded.
  public func send(_ request: Request) async throws {
    try await call.send(request.requestBytes())
  }

  /// Ends the request stream.
  public func finishSending() {
    call.finishSending()
  }

  /// Ends the request stream and waits for the response of a call that has a single one.
  ///
  /// - Throws: ``GRPCStatus``: the server's, or INTERNAL if the call ended with OK but without a response.
  public func response() async throws -> Response {
    call.finishSending()
    var responses = makeAsyncIterator()
    guard let response = try await responses.next() else {
      throw GRPCStatus(code: .internal, message: "the server sent no response")
    }
    // A call ends only with its status, which may still be an error.
    while try await responses.next() != nil {}
    return response
  }

  /// Waits for the initial metadata. Throws the call's status if the call fails before sending any.
  public func initialMetadata() async throws -> Metadata {
    try await call.initialMetadata()
  }

  /// Waits for the end of the call and returns its trailing metadata.
  public func trailingMetadata() async -> Metadata {
    await call.trailingMetadata()
  }

  /// Ends the call with CANCELLED on both sides.
  public func cancel() {
    call.cancel()
  }

  /// Iterates over the responses, for a single reader; throws the call's status unless it is OK.
  public struct AsyncIterator: AsyncIteratorProtocol {
    // Retained so that the call lives while it is read.
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
