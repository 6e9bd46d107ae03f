/// Where `creditsd` listens and where its callers look for it, unless they are told otherwise.
package enum CreditsSocket {
  /// The environment variable that names another path, for daemon and callers alike.
  package static let pathVariable = "CREDITS_SOCKET"

  /// `$CREDITS_SOCKET`, else `$XDG_RUNTIME_DIR/credits/credits.sock`, else `/run/credits/credits.sock`.
  ///
  /// A variable that is empty counts as unset (XDG Base Directory Specification).
  package static func defaultPath(environment: (String) -> String?) -> String {
    if let path = environment(pathVariable), !path.isEmpty { return path }
    if let directory = environment("XDG_RUNTIME_DIR"), !directory.isEmpty {
      return "\(directory)/credits/credits.sock"
    }
    return "/run/credits/credits.sock"
  }
}
