/// Where a server's listening socket comes from.
public enum SocketSource: Sendable, Hashable {
  /// A path to bind, absolute or relative, of at most 107 bytes.
  ///
  /// The socket has mode 0600, and a directory made for it 0700. With `group`, a group id, members of that group may
  /// connect: the socket then has mode 0660 and that group, a directory made for it 0710.
  case path(String, group: UInt32? = nil)
  /// The socket that the service manager passed (`LISTEN_FDS`, sd_listen_fds(3)): the only one, or the one of this name
  /// (`FileDescriptorName=`). Its file and permissions are the service manager's.
  case activation(name: String? = nil)
}
