import Glibc

/// Makes a system call until no signal interrupts it; a negative result becomes a ``SocketError``.
@discardableResult
func systemCall(_ name: String, _ subject: String, _ call: () -> Int32) throws(SocketError) -> Int32 {
  while true {
    let result = call()
    if result >= 0 { return result }
    let code = errno
    if code != EINTR { throw .systemCall(name: name, subject: subject, errno: code) }
  }
}

/// What errno(3) calls the error, for example "Permission denied".
func errorText(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 128)
  // The POSIX form: unlike strerror(3), safe from any thread.
  guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
