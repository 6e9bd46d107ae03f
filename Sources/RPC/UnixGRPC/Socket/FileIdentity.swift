import Glibc

/// The identity of a file: two names with equal identities are the same inode.
struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

extension stat {
  /// The file type in words, for error messages.
  var kind: String {
    switch st_mode & S_IFMT {
    case S_IFREG: "a regular file"
    case S_IFDIR: "a directory"
    case S_IFLNK: "a symbolic link"
    case S_IFSOCK: "a socket"
    case S_IFIFO: "a FIFO"
    default: "a device"
    }
  }

  var permissions: mode_t { st_mode & 0o7777 }
}
