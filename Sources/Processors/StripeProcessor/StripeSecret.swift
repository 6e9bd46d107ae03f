import Glibc
import SystemCalls

/// An API key of Stripe, or the secret of a webhook. It is read from a file and used only in requests and signatures;
/// descriptions do not show it.
package struct StripeSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The reason why a secret cannot be read from its file, for people.
  package struct ReadError: Error, CustomStringConvertible {
    package let description: String
  }

  let value: String

  package var description: String { "(secret)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }

  package init(_ value: String) { self.value = value }

  /// Whether the key is one of live mode, by its prefix (https://docs.stripe.com/keys).
  var isLive: Bool { value.hasPrefix("sk_live_") || value.hasPrefix("rk_live_") }

  private static let longest = 1024

  /// Reads the only line of a file, which must not be accessible to others.
  package init(path: String) throws(ReadError) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Self.failure("cannot be opened: \(SystemError.last)", path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Self.failure("is not a regular file", path)
    }
    guard status.st_mode & 0o007 == 0 else { throw Self.failure("can be read by everybody: chmod 600 it", path) }
    var bytes = [UInt8](repeating: 0, count: Self.longest + 1)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count >= 0 else { throw Self.failure("cannot be read", path) }
    var line = bytes[..<count]
    while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { line.removeLast() }
    guard (1...Self.longest).contains(line.count), line.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Self.failure("does not hold one secret on one line", path)
    }
    value = String(decoding: line, as: UTF8.self)
  }

  private static func failure(_ reason: String, _ path: String) -> ReadError {
    ReadError(description: "the file \(path) \(reason)")
  }
}
