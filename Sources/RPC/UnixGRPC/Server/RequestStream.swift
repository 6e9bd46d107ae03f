/// The request messages of a streaming call, in order, for a single reader.
///
/// Reading drives flow control: unread messages stop the caller from sending. Iteration throws ``GRPCStatus`` if the
/// call ends before the caller has finished sending.
public struct RequestStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  let messages: InboundMessages

  public struct AsyncIterator: AsyncIteratorProtocol {
    let messages: InboundMessages

    public mutating func next() async throws -> [UInt8]? { try await messages.next() }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(messages: messages) }
}
