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

  /// The maximum length of a secret, in bytes.
  private static let longest = 1024
  /// The maximum number of secrets in a file. A few suffice while one is replaced.
  private static let most = 8

  /// Reads the only line of a file, which must not be accessible to others.
  package init(path: String) throws(ReadError) {
    let secrets = try Self.all(path: path)
    guard secrets.count == 1 else { throw Self.failure("does not hold one secret on one line", path) }
    self = secrets[0]
  }

  /// Reads the secrets of a file, one a line. The file must be a regular one and must not be accessible to others.
  package static func all(path: String) throws(ReadError) -> [StripeSecret] {
    // O_NONBLOCK, because opening a FIFO without a writer would wait for one.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard file >= 0 else { throw failure("cannot be opened: \(SystemError.last)", path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw failure("is not a regular file", path)
    }
    guard status.st_mode & 0o007 == 0 else { throw failure("can be read by everybody: chmod 600 it", path) }
    var bytes = [UInt8](repeating: 0, count: (longest + 2) * most + 1)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count >= 0 else { throw failure("cannot be read", path) }
    guard count < bytes.count else { throw failure("is too long to hold secrets only", path) }
    let lines = bytes[..<count].split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    let isSound = lines.allSatisfy { $0.count <= longest && $0.allSatisfy { (0x21...0x7E).contains($0) } }
    guard (1...most).contains(lines.count), isSound else {
      throw failure("does not hold one secret on one line", path)
    }
    return lines.map { StripeSecret(String(decoding: $0, as: UTF8.self)) }
  }

  private static func failure(_ reason: String, _ path: String) -> ReadError {
    ReadError(description: "the file \(path) \(reason)")
  }
}
