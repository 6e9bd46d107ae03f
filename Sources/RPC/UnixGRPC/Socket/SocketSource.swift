import Glibc

/// The source of a server's listening socket.
public enum SocketSource: Sendable, Hashable {
  /// A path to bind, absolute or relative, of at most 107 bytes.
  ///
  /// The socket has mode 0600, and a directory created for it 0700. With `group`, a group ID, members of that group may
  /// connect: the socket then has mode 0660 and that group, and a directory created for it 0710.
  case path(String, group: UInt32? = nil)
  /// A socket passed by the service manager (`LISTEN_FDS`, sd_listen_fds(3)): the only one, or the one with this name
  /// (`FileDescriptorName=`). The service manager owns its file and permissions.
  case activation(name: String? = nil)
}

extension SocketSource {
  /// The only socket that the service manager passed to this process; nil if it passed none, or to another process.
  ///
  /// - Parameter variable: Reads the environment.
  package static func passed(environment variable: (String) -> String?) -> SocketSource? {
    SocketActivation.isMeant(for: getpid(), variable) ? .activation() : nil
  }
}
