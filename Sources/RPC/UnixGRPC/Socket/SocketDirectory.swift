import Glibc

/// The directory that holds a socket and its lock file, held open: a later change of the working directory or of the
/// path's symbolic links does not lead us elsewhere.
struct SocketDirectory: ~Copyable, Sendable {
  /// Of the directory; for messages.
  let path: String
  private let descriptor: OwnedDescriptor

  /// Opens the directory, or makes it with mode 0700, or 0710 and the group if there is one: members may then reach the
  /// socket but not replace it. The mode of a directory that exists is left as it is.
  init(path: String, creatingForGroup group: UInt32?) throws(SocketError) {
    // The exact mode is set below, whatever the umask.
    let isNew = mkdir(path, 0o700) == 0
    let failure = errno
    if !isNew, failure != EEXIST {
      if failure == ENOENT { throw .directoryMissing(path) }
      throw .systemCall(name: "mkdir", subject: path, errno: failure)
    }
    let number = try systemCall("open", path) { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    let descriptor = OwnedDescriptor(takingOwnershipOf: number)
    if isNew {
      if let group { try systemCall("chown", path) { fchown(number, uid_t.max, group) } }
      try systemCall("chmod", path) { fchmod(number, group == nil ? 0o700 : 0o710) }
    }
    var status = stat()
    try systemCall("stat", path) { fstat(number, &status) }
    // Group members who are meant to connect only are others here; a private group of the owner's is not.
    let foreignWriters: mode_t = status.st_gid == group ? S_IWGRP | S_IWOTH : S_IWOTH
    guard status.permissions & foreignWriters == 0 || status.permissions & S_ISVTX != 0 else {
      throw .directoryWritableByOthers(path)
    }
    self.path = path
    self.descriptor = descriptor
  }

  /// What stands under the name itself, symbolic links not followed; nil if nothing does.
  func status(of name: String) throws(SocketError) -> stat? {
    var status = stat()
    guard fstatat(descriptor.number, name, &status, AT_SYMLINK_NOFOLLOW) != 0 else { return status }
    let failure = errno
    guard failure == ENOENT else { throw .systemCall(name: "stat", subject: "\(path)/\(name)", errno: failure) }
    return nil
  }

  func open(_ name: String, flags: Int32, mode: mode_t) -> Int32 {
    openat(descriptor.number, name, flags, mode)
  }

  /// Removes the name if it leads to that file; returns whether it did.
  @discardableResult
  func unlink(_ name: String, ifStill identity: FileIdentity) throws(SocketError) -> Bool {
    guard let status = try status(of: name), FileIdentity(status) == identity else { return false }
    let number = descriptor.number
    try systemCall("unlink", "\(path)/\(name)") { unlinkat(number, name, 0) }
    return true
  }

  func setGroup(of name: String, to group: UInt32) throws(SocketError) {
    let number = descriptor.number
    try systemCall("chown", "\(path)/\(name)") {
      fchownat(number, name, uid_t.max, group, AT_SYMLINK_NOFOLLOW)
    }
  }

  func setMode(of name: String, to mode: mode_t) throws(SocketError) {
    let number = descriptor.number
    try systemCall("chmod", "\(path)/\(name)") { fchmodat(number, name, mode, AT_SYMLINK_NOFOLLOW) }
  }
}
