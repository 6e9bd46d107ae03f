import CreditsAPI
import CreditsServer
import Glibc
import Ledger

extension Settings {
  /// Returns the callers of the configuration file with their roles. This user has all roles unless a rule names it.
  func authorization() throws(SettingsError) -> Authorization {
    Authorization(rules: try rules())
  }

  /// The same for people: `call-engine (uid 1001)`, in the order of the file, this user last.
  func callerSummaries() throws(SettingsError) -> [String] {
    var summaries: [String] = []
    for (index, caller) in (callers ?? []).enumerated() {
      summaries.append(try Self.identity(of: caller, at: index).summary(caller.name))
    }
    guard !(callers ?? []).contains(where: { $0.uid == geteuid() }) else { return summaries }
    return summaries + [Self.ownUser.summary(Self.ownName)]
  }

  private static var ownUser: Authorization.Identity { .user(geteuid()) }
  private static var ownName: String { "uid-\(geteuid())" }
  private static let everyRole: Set<Role> = [.read, .spend, .billing, .admin]

  /// The rules in the order of the file, and after them this user's own.
  private func rules() throws(SettingsError) -> [Authorization.Rule] {
    var rules: [Authorization.Rule] = []
    if let callers, callers.isEmpty { throw .callersEmpty }
    for (index, caller) in (callers ?? []).enumerated() {
      let identity = try Self.identity(of: caller, at: index)
      guard !rules.contains(where: { $0.identity == identity }) else {
        throw .callerInvalid(index, "\"\(caller.name)\" has a uid or gid that another caller has: give each its own")
      }
      let name = try Self.name(of: caller, identity, at: index)
      let roles = try Self.roles(of: caller, at: index)
      rules.append(Authorization.Rule(identity, Authorization.Caller(name: name, roles: roles)))
    }
    guard !rules.contains(where: { $0.identity == Self.ownUser }) else { return rules }
    return rules + [Authorization.Rule(Self.ownUser, Authorization.Caller(name: Self.ownName, roles: Self.everyRole))]
  }

  private static func identity(
    of caller: ConfigurationFile.Caller,
    at index: Int
  ) throws(SettingsError) -> Authorization.Identity {
    switch (caller.uid, caller.gid) {
    case (let user?, nil): return .user(user)
    case (nil, let group?): return .group(group)
    default: throw .callerInvalid(index, "\"\(caller.name)\": give it a uid or a gid, and not both")
    }
  }

  /// The name that stands on the caller's entries, and that its keys belong to. Nobody gets one that means somebody else.
  private static func name(
    of caller: ConfigurationFile.Caller,
    _ identity: Authorization.Identity,
    at index: Int
  ) throws(SettingsError) -> String {
    let name = caller.name
    guard (1...255).contains(name.utf8.count) else {
      throw .callerInvalid(index, "a caller's name must have 1 to 255 bytes")
    }
    guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw .callerInvalid(index, "a caller's name must have no control characters")
    }
    guard !Origin.reservedCallers.contains(name) else {
      throw .callerInvalid(index, "\"\(name)\" is reserved for the ledger's own entries: take another name")
    }
    guard !name.hasPrefix("uid-") || identity == UInt32(name.dropFirst(4)).map(Authorization.Identity.user) else {
      throw .callerInvalid(index, "\"\(name)\" is reserved for the user with that number: take another name")
    }
    return name
  }

  private static let roleNames: [String: Role] = [
    "read": .read, "spend": .spend, "billing": .billing, "admin": .admin,
  ]

  private static func roles(of caller: ConfigurationFile.Caller, at index: Int) throws(SettingsError) -> Set<Role> {
    var roles: Set<Role> = []
    for name in caller.roles {
      guard let role = roleNames[name] else {
        throw .callerInvalid(
          index,
          "\"\(caller.name)\": there is no role \"\(name)\": take read, spend, billing or admin"
        )
      }
      roles.insert(role)
    }
    return roles
  }
}

extension Authorization.Identity {
  fileprivate func summary(_ name: String) -> String {
    switch self {
    case .user(let number): "\(name) (uid \(number))"
    case .group(let number): "\(name) (gid \(number))"
    }
  }
}
