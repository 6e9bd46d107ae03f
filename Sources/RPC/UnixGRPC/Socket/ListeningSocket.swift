import Glibc
import Synchronization

/// A listening Unix socket, and what it takes to leave no trace of it.
///
/// A path that it bound stays locked until this object goes; it must therefore live as long as the server, and until the
/// process ends if the path is to be held until then.
package final class ListeningSocket: Sendable {
  /// Connections that wait to be accepted: as many as the kernel allows by default (`net.core.somaxconn`), since a full
  /// queue turns callers away with EAGAIN.
  private static let backlog: Int32 = 4096

  /// For messages: the path as it was given, or as the service manager bound it.
  package let path: String

  private let descriptor: Mutex<OwnedDescriptor?>
  /// Nil for an activated socket, which is not ours to remove.
  private let file: BoundFile?

  private init(path: String, descriptor: consuming OwnedDescriptor, file: BoundFile?) {
    self.path = path
    self.descriptor = Mutex(descriptor)
    self.file = file
  }

  /// Opens the socket; it listens, does not block, and is not inherited by programs that are executed.
  package static func open(_ source: SocketSource) throws(SocketError) -> ListeningSocket {
    switch source {
    case .path(let path, let group): return try bind(path, group: group)
    case .activation(let name): return try adopt(SocketActivation.takeSocket(name: name))
    }
  }

  /// Hands the descriptor to the caller, who closes it; nil if that has been done already.
  package func takeDescriptor() -> Int32? {
    descriptor.withLock { descriptor in
      guard let owned = descriptor.take() else { return nil }
      return owned.release()
    }
  }

  /// Unlinks the socket file, if the path still leads to the one that was bound. The path stays locked.
  ///
  /// Does nothing for an activated socket.
  package func remove() throws(SocketError) {
    try file?.remove()
  }

  /// Adopts a listening socket that the service manager made.
  package static func adopt(_ socket: Int32) throws(SocketError) -> ListeningSocket {
    let descriptor = OwnedDescriptor(takingOwnershipOf: socket)
    let path = try SocketActivation.prepare(socket)
    return ListeningSocket(path: path, descriptor: descriptor, file: nil)
  }

  private static func bind(_ path: String, group: UInt32?) throws(SocketError) -> ListeningSocket {
    let address = try SocketAddress(path: path)
    let file = try BoundFile(path: path, group: group)
    let descriptor = try SocketAddress.makeSocket(SOCK_STREAM)
    let number = descriptor.number
    try file.clearPath(address: address, path: path)
    // Linux gives the file the mode of the unbound socket (less the umask), so that it is private from its first moment
    // and the umask, which all threads share, needs no change. Nobody can connect before listen(2) in any case.
    try systemCall("chmod", path) { fchmod(number, 0o600) }
    try systemCall("bind", path) { address.withSockAddr { Glibc.bind(number, $0, $1) } }
    try file.claim(group: group)
    do throws(SocketError) {
      try systemCall("listen", path) { listen(number, backlog) }
    } catch {
      try? file.remove()
      throw error
    }
    return ListeningSocket(path: path, descriptor: descriptor, file: file)
  }
}
