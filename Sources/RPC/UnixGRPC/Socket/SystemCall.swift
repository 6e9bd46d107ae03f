import Glibc

/// Makes a system call, repeating it on EINTR; throws a ``SocketError`` if the result is negative.
@discardableResult
func systemCall(_ name: String, _ subject: String, _ call: () -> Int32) throws(SocketError) -> Int32 {
  while true {
    let result = call()
    if result >= 0 { return result }
    let code = errno
    if code != EINTR { throw .systemCall(name: name, subject: subject, errno: code) }
  }
}
