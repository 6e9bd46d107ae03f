/// Authorizes calls by method and peer, before the handler runs and before any message bytes are buffered.
///
/// Set one in ``GRPCServer/Configuration/authorizer``.
public protocol CallAuthorizer: Sendable {
  /// Whether the authorizer has a rule for `method`.
  ///
  /// Called once per served method by the server's initializer, which traps if a method has no rule.
  func covers(_ method: MethodName) -> Bool

  /// Whether the authorizer has a rule for `peer`, which may then call something.
  ///
  /// Called once per connection, on an event loop; must not block. Peers without a rule get
  /// ``GRPCServer/Configuration/strangerLimits``.
  func knows(_ peer: PeerCredentials) -> Bool

  /// Returns the caller's name, which handlers read from ``ServerContext/caller``.
  ///
  /// Called on the event loop when the headers of a request have arrived, including for unknown methods. Must not
  /// block.
  ///
  /// - Parameters:
  ///   - method: The called method. If the path is not of the form `/service/method`, the service is empty and the method
  ///     is the whole path.
  ///   - peer: The calling process.
  /// - Throws: The status that rejects the call.
  func authorize(_ method: MethodName, _ peer: PeerCredentials) throws(GRPCStatus) -> String
}

extension CallAuthorizer {
  /// Every peer is known, unless an authorizer says otherwise.
  public func knows(_ peer: PeerCredentials) -> Bool { true }
}
