/// Decides who may call which method, before a handler is looked at and before any of the message is kept.
///
/// Give one to a server in ``GRPCServer/Configuration/authorizer``.
public protocol CallAuthorizer: Sendable {
  /// Whether the authorizer has a rule for `method`.
  ///
  /// Asked once for each method when the server is made: a server with a method that has no rule is not made.
  func covers(_ method: MethodName) -> Bool

  /// Returns the caller's name, which handlers read from ``ServerContext/caller``.
  ///
  /// Called on the event loop when the headers of a request have arrived, also for methods that the server does not
  /// have; must not block.
  ///
  /// - Parameters:
  ///   - method: The method that was called. For a path that is not of the form `/service/method`, the service is empty
  ///     and the method is the whole path.
  ///   - peer: The calling process.
  /// - Throws: The status with which the call is refused.
  func authorize(_ method: MethodName, _ peer: PeerCredentials) throws(GRPCStatus) -> String
}
