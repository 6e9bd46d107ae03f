import Glibc
package import SystemCalls

extension PeerCredentials {
  /// Connects to the socket at `path`, reads the credentials of its server, and closes the connection.
  ///
  /// - Throws: Why there is no connection, such as `ECONNREFUSED` or `EACCES`; `EINVAL` if the path is none of a socket.
  package init(servingAt path: String) throws(SystemError) {
    guard let address = try? SocketAddress(path: path), let socket = try? SocketAddress.makeSocket(SOCK_STREAM) else {
      throw SystemError(EINVAL)
    }
    guard address.withSockAddr({ connect(socket.number, $0, $1) }) == 0 else { throw .last }
    guard let peer = PeerCredentials(of: socket.number) else { throw .last }
    self = peer
  }
}
