import CreditsAPI
import CreditsServer
import Glibc

extension Settings {
  /// Returns the callers of the configuration file with their roles. If it names none, only this user may call, with all
  /// roles.
  func authorization() throws(SettingsError) -> Authorization {
    guard !callers.isEmpty else { return Authorization(onlyUser: geteuid()) }
    var known: [Authorization.Identity: Authorization.Caller] = [:]
    for caller in callers {
      let identity = try Self.identity(of: caller)
      guard known[identity] == nil else {
        throw .callerInvalid(name: caller.name, "its uid or gid has been given to another caller")
      }
      known[identity] = Authorization.Caller(name: caller.name, roles: try Self.roles(of: caller))
    }
    return Authorization(callers: known)
  }

  private static func identity(
    of caller: ConfigurationFile.Caller
  ) throws(SettingsError) -> Authorization.Identity {
    guard (1...255).contains(caller.name.utf8.count) else {
      throw .callerInvalid(name: caller.name, "its name must have 1 to 255 bytes")
    }
    switch (caller.uid, caller.gid) {
    case (let user?, nil): return .user(user)
    case (nil, let group?): return .group(group)
    default: throw .callerInvalid(name: caller.name, "give it a uid or a gid, and not both")
    }
  }

  private static let roleNames: [String: Role] = [
    "read": .read, "spend": .spend, "billing": .billing, "admin": .admin,
  ]

  private static func roles(of caller: ConfigurationFile.Caller) throws(SettingsError) -> Set<Role> {
    var roles: Set<Role> = []
    for name in caller.roles {
      guard let role = roleNames[name] else {
        throw .callerInvalid(name: caller.name, "there is no role \"\(name)\": take read, spend, billing or admin")
      }
      roles.insert(role)
    }
    return roles
  }
}
