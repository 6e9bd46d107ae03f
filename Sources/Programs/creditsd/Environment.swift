import Glibc

/// The environment variables that `creditsd` reads.
struct Environment {
  private let read: (String) -> String?

  /// The process's own.
  init() {
    read = { name in getenv(name).map { String(cString: $0) } }
  }

  init(_ variables: [String: String]) {
    read = { variables[$0] }
  }

  /// A variable's value; an empty one counts as not set.
  subscript(_ name: String) -> String? {
    guard let value = read(name), !value.isEmpty else { return nil }
    return value
  }
}
