/// The default path of the socket, for `creditsd` and its clients.
package enum CreditsSocket {
  /// The environment variable that overrides the path, for both daemon and clients.
  package static let pathVariable = "CREDITS_SOCKET"

  /// `$CREDITS_SOCKET`, else `$XDG_RUNTIME_DIR/credits/credits.sock`, else `/run/credits/credits.sock`.
  ///
  /// An empty variable counts as unset (XDG Base Directory Specification).
  package static func defaultPath(environment: (String) -> String?) -> String {
    if let path = environment(pathVariable), !path.isEmpty { return path }
    if let directory = environment("XDG_RUNTIME_DIR"), !directory.isEmpty {
      return "\(directory)/credits/credits.sock"
    }
    return "/run/credits/credits.sock"
  }
}
