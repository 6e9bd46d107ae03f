public import ProtobufC
public import UnixGRPC

/// The requests of a streaming call, in order. Iteration throws INVALID_ARGUMENT if one cannot be decoded.
public struct TypedRequests<Request: ProtobufMessage>: AsyncSequence, Sendable {
  public typealias Element = Request

  private let requests: RequestStream

  public init(_ requests: RequestStream) {
    self.requests = requests
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var requests: RequestStream.AsyncIterator

    public mutating func next() async throws -> Request? {
      guard let bytes = try await requests.next() else { return nil }
      return try Request(request: bytes)
    }
  }

  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(requests: requests.makeAsyncIterator())
  }
}

/// Sends the responses of a streaming call.
public struct TypedResponses<Response: ProtobufMessage>: Sendable {
  private let responses: ResponseWriter

  public init(_ responses: ResponseWriter) {
    self.responses = responses
  }

  /// Sends a response; suspends while earlier responses wait for the caller's flow-control window.
  public func write(_ response: Response) async throws {
    try await responses.write(response.responseBytes())
  }

  /// Encodes a response, so that it can be sent on several streams.
  package func encode(_ response: Response) throws -> [UInt8] { try response.responseBytes() }

  /// Sends an encoded response; suspends while more than `byteCount` bytes wait for the caller's flow-control window.
  package func write(encoded response: [UInt8], holdingAtMost byteCount: Int) async throws {
    try await responses.write(response, holdingAtMost: byteCount)
  }
}
