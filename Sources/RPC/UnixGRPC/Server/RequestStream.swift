/// The request messages of a streaming call, in order, for one reader.
///
/// Reading drives flow control: unread messages hold back the caller. Iteration throws ``GRPCStatus`` when
/// the call ends before the caller has finished sending.
public struct RequestStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  let messages: InboundMessages

  public struct AsyncIterator: AsyncIteratorProtocol {
    let messages: InboundMessages

    public mutating func next() async throws -> [UInt8]? { try await messages.next() }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(messages: messages) }
}
