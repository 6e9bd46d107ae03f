public import ProtobufC
public import UnixGRPC

/// Answers one unary call, once, from any thread. What comes after the first answer is ignored.
public struct TypedReply<Response: ProtobufMessage>: Sendable {
  @usableFromInline
  let reply: UnaryReply

  @inlinable
  public init(_ reply: UnaryReply) {
    self.reply = reply
  }

  @inlinable
  public func succeed(_ response: Response) {
    do throws(GRPCStatus) {
      reply.succeed(try response.responseBytes())
    } catch {
      reply.fail(error)
    }
  }

  /// - Parameter error: a `GRPCStatus` is what the caller gets; anything else becomes UNKNOWN without its text.
  @inlinable
  public func fail(_ error: any Error) {
    reply.fail(error)
  }
}
