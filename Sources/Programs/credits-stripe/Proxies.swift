import Glibc

/// The environment's proxies (curl(1)). The API key crosses a proxy in clear unless the connection beyond it is encrypted,
/// so only https goes through one, and never to this machine.
enum Proxies {
  private static let thisMachine = "localhost,127.0.0.1,::1"

  /// Called before other threads exist, since they might read the environment.
  static func allowOnlyForHTTPS() {
    let general = value("all_proxy") ?? value("ALL_PROXY")
    if let general, value("https_proxy") ?? value("HTTPS_PROXY") == nil { setenv("https_proxy", general, 1) }
    let exceptions = value("no_proxy") ?? value("NO_PROXY")
    for name in ["http_proxy", "all_proxy", "ALL_PROXY", "NO_PROXY"] { unsetenv(name) }
    setenv("no_proxy", exceptions.map { "\($0),\(thisMachine)" } ?? thisMachine, 1)
  }

  /// Returns the value of a variable; nil if it is unset or empty.
  private static func value(_ name: String) -> String? {
    guard let text = getenv(name) else { return nil }
    let value = String(cString: text)
    return value.isEmpty ? nil : value
  }
}
