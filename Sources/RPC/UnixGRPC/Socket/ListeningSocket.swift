import Glibc
import Synchronization

/// A listening Unix socket and its file.
///
/// A bound path stays locked for the lifetime of this object, which must therefore live as long as the server, or until
/// the process exits if the path is to stay locked until then.
package final class ListeningSocket: Sendable {
  /// The length of the accept queue: the kernel's default maximum (`net.core.somaxconn`), because clients get EAGAIN when
  /// the queue is full.
  private static let backlog: Int32 = 4096

  /// The path as given, or as bound by the service manager; for messages.
  package let path: String

  private let descriptor: Mutex<OwnedDescriptor?>
  /// Nil for an activated socket, whose file the service manager owns.
  private let file: BoundFile?

  private init(path: String, descriptor: consuming OwnedDescriptor, file: BoundFile?) {
    self.path = path
    self.descriptor = Mutex(descriptor)
    self.file = file
  }

  /// Opens a listening, non-blocking, close-on-exec socket.
  package static func open(_ source: SocketSource) throws(SocketError) -> ListeningSocket {
    switch source {
    case .path(let path, let group): return try bind(path, group: group)
    case .activation(let name): return try adopt(SocketActivation.takeSocket(name: name))
    }
  }

  /// Transfers ownership of the descriptor to the caller; returns nil after the first call.
  package func takeDescriptor() -> Int32? {
    descriptor.withLock { descriptor in
      guard let owned = descriptor.take() else { return nil }
      return owned.release()
    }
  }

  /// Unlinks the socket file if it is still the one that was bound. The path stays locked.
  ///
  /// Does nothing for an activated socket.
  package func remove() throws(SocketError) {
    try file?.remove()
  }

  /// Takes ownership of a listening socket created by the service manager.
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
    // Linux creates the file with the mode of the unbound socket (less the umask), so that it is private from the start
    // and the process-wide umask need not change. Nobody can connect before listen(2) in any case.
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
