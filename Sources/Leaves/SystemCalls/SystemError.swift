import Glibc

/// The error of a system call (errno(3)).
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Such as `EACCES`.
  package let code: Int32

  /// An error by its number.
  package init(_ code: Int32) { self.code = code }

  /// The error of the calling thread's last system call that failed: read it before the next call.
  package static var last: SystemError { SystemError(errno) }

  /// The system's name of the error, for example "Permission denied".
  package var description: String {
    var buffer = [CChar](repeating: 0, count: 128)
    // The POSIX form: unlike strerror(3), safe from any thread.
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
