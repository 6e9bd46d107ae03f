public import ProtobufC
public import UnixGRPC

/// The reply to a deferred unary call, usable from any thread. Only the first reply takes effect.
public struct TypedReply<Response: ProtobufMessage>: Sendable {
  @usableFromInline
  let reply: UnaryReply

  @inlinable
  public init(_ reply: UnaryReply) {
    self.reply = reply
  }

  /// Replies with a response and status OK, or fails the call with INTERNAL if the response cannot be encoded.
  @inlinable
  public func succeed(_ response: Response) {
    do throws(GRPCStatus) {
      reply.succeed(try response.responseBytes())
    } catch {
      reply.fail(error)
    }
  }

  /// Fails the call.
  ///
  /// - Parameter error: A ``GRPCStatus`` reaches the caller as is; other errors become UNKNOWN, without their text.
  @inlinable
  public func fail(_ error: any Error) {
    reply.fail(error)
  }
}
