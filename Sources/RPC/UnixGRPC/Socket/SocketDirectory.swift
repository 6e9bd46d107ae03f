import Glibc
import SystemCalls

/// The directory of a socket and its lock file, kept open so that later changes of the working directory or of symbolic
/// links in the path have no effect.
struct SocketDirectory: ~Copyable, Sendable {
  /// The path of the directory, for messages.
  let path: String
  private let descriptor: OwnedDescriptor

  /// The mode of parent directories that are created: only the owner may write.
  private static let parentMode: mode_t = 0o755

  /// Opens the directory, or creates it and its parents: with mode 0700, or with mode 0710 and `group`, whose members can
  /// then reach the socket but not replace it. The mode of an existing directory is not changed.
  init(path: String, creatingForGroup group: UInt32?) throws(SocketError) {
    let isNew = try Self.make(path)
    let number = try systemCall("open", path) { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    let descriptor = OwnedDescriptor(takingOwnershipOf: number)
    if isNew {
      if let group { try systemCall("chown", path) { fchown(number, uid_t.max, group) } }
      try systemCall("chmod", path) { fchmod(number, group == nil ? 0o700 : 0o710) }
    }
    var status = stat()
    try systemCall("stat", path) { fstat(number, &status) }
    // Members of `group` may only connect, so its write permission is foreign; that of the owner's private group is not.
    let foreignWriters: mode_t = status.st_gid == group ? S_IWGRP | S_IWOTH : S_IWOTH
    guard status.permissions & foreignWriters == 0 || status.permissions & S_ISVTX != 0 else {
      throw .directoryWritableByOthers(path)
    }
    self.path = path
    self.descriptor = descriptor
  }

  /// Returns whether the directory is new. Its exact mode is set later, regardless of the umask.
  private static func make(_ path: String) throws(SocketError) -> Bool {
    if mkdir(path, 0o700) == 0 { return true }
    if errno == ENOENT {
      do throws(DirectoryPath.MakeError) {
        try DirectoryPath.makeParents(of: path, mode: parentMode)
      } catch {
        throw .directoryNotMade(path: error.path, errno: error.cause.code)
      }
      if mkdir(path, 0o700) == 0 { return true }
    }
    guard errno != EEXIST else { return false }
    throw .directoryNotMade(path: path, errno: errno)
  }

  /// Returns the status of the name itself, without following symbolic links; nil if it does not exist.
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

  /// Removes the name if it still refers to the given file. Returns whether it was removed.
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
