import Glibc

/// The environment variables that `creditsd` reads.
struct Environment {
  private let read: (String) -> String?

  /// Reads the environment of the process.
  init() {
    read = { name in getenv(name).map { String(cString: $0) } }
  }

  init(_ variables: [String: String]) {
    read = { variables[$0] }
  }

  /// The value of a variable; nil if it is unset or empty.
  subscript(_ name: String) -> String? {
    guard let value = read(name), !value.isEmpty else { return nil }
    return value
  }

  /// The first of the directories that systemd lists in a variable, with colons between them (systemd.exec(5),
  /// `RuntimeDirectory=`).
  func directory(_ name: String) -> String? {
    self[name]?.split(separator: ":").first.map(String.init)
  }
}
