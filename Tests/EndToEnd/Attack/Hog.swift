import RawCalls

/// Takes all connections that it gets.
enum Hog {
  /// Refusals in a row that are taken for a limit.
  private static let refusals = 20
  /// Below the usual soft limit of descriptors of the hog itself.
  private static let maximumConnections = 900

  /// Opens connections until the daemon refuses.
  static func connections(to path: String) -> [RawCaller] {
    var callers: [RawCaller] = []
    var refused = 0
    while callers.count < maximumConnections, refused < refusals {
      guard let caller = try? RawCaller(connectingTo: path), caller.send(RawCaller.preface), caller.isGreeted() else {
        refused += 1
        continue
      }
      callers.append(caller)
    }
    return callers
  }
}
