import Glibc

/// The host's users and groups (getpwnam(3), getgrnam(3)).
package enum HostAccounts {
  /// Returns the id of the user with a name, or the number that the name is; nil if there is no such user.
  package static func userID(_ name: String) -> UInt32? { UInt32(name) ?? getpwnam(name).map { $0.pointee.pw_uid } }

  /// Returns the id of the group with a name, or the number that the name is; nil if there is no such group.
  package static func groupID(_ name: String) -> UInt32? { UInt32(name) ?? getgrnam(name).map { $0.pointee.gr_gid } }
}
