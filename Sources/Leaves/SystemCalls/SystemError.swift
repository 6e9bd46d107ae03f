import Glibc

/// The error of a failed system call (errno(3)).
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The error number, such as `EACCES`.
  package let code: Int32

  /// Creates the error with this number.
  package init(_ code: Int32) { self.code = code }

  /// The error of the calling thread's last failed system call. Read it before the next system call.
  package static var last: SystemError { SystemError(errno) }

  /// The system's message, for example "Permission denied".
  package var description: String {
    var buffer = [CChar](repeating: 0, count: 128)
    // The POSIX variant, which unlike strerror(3) is thread-safe.
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
