/// The default path of the socket, for `creditsd` and its clients.
package enum CreditsSocket {
  /// The environment variable that overrides the path, for both daemon and clients.
  package static let pathVariable = "CREDITS_SOCKET"

  /// Where a daemon of the system's listens.
  package static let systemPath = "/run/credits/credits.sock"

  /// `$CREDITS_SOCKET`, else `$XDG_RUNTIME_DIR/credits/credits.sock`, else `/run/credits/credits.sock`.
  ///
  /// An empty variable counts as unset, and so does a directory that is not absolute (XDG Base Directory Specification).
  package static func defaultPath(environment: (String) -> String?) -> String {
    if let path = environment(pathVariable), !path.isEmpty { return path }
    return runtimePath(environment: environment) ?? systemPath
  }

  /// All places where a daemon may listen without having been told where.
  package static func usualPaths(userID: UInt32, environment: (String) -> String?) -> [String] {
    let paths = [runtimePath(environment: environment), systemPath, "/run/user/\(userID)/credits/credits.sock"]
    return paths.compactMap(\.self)
  }

  private static func runtimePath(environment: (String) -> String?) -> String? {
    guard let directory = environment("XDG_RUNTIME_DIR"), directory.hasPrefix("/") else { return nil }
    return "\(directory)/credits/credits.sock"
  }
}
