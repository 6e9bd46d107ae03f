package import CreditsAPI
import Synchronization
package import UnixGRPC

/// Identifies callers by their kernel credentials and decides which methods they may call.
///
/// A method of `credits.v1` needs the role that its `role` option names. Health and reflection, and methods that the
/// server does not have, answer any caller with a rule; callers without a rule are denied.
///
/// A caller's name is the scope of its idempotency keys and the actor on its entries: giving a uid another name makes
/// its earlier keys another caller's.
package final class Authorization: CallAuthorizer {
  /// The kernel credential that a rule matches.
  package enum Identity: Hashable, Sendable {
    case user(UInt32)
    /// A group of the calling process, primary or supplementary (unix(7), SO_PEERCRED and SO_PEERGROUPS).
    case group(UInt32)
  }

  /// Gives the callers with an identity a name and roles.
  package struct Rule: Hashable, Sendable {
    package var identity: Identity
    package var caller: Caller

    package init(_ identity: Identity, _ caller: Caller) {
      self.identity = identity
      self.caller = caller
    }
  }

  /// The name and the roles that a rule gives a caller.
  package struct Caller: Hashable, Sendable {
    package var name: String
    package var roles: Set<Role>

    package init(name: String, roles: Set<Role>) {
      self.name = name
      self.roles = roles
    }
  }

  private let callers: [Identity: Caller]
  /// The groups that have a rule, in the order of the rules.
  private let groups: [UInt32]
  private let requiredRoles: [MethodName: Role]
  private let refused = Atomic<Int>(0)

  /// Services that need no role.
  private static let openServices = Set([HealthRegistry.serviceName] + ReflectionService.serviceNames)

  /// - Parameter rules: One rule decides about a peer: that of its user, else that of its primary group, else the first
  ///   one of a supplementary group. Peers without a rule are denied.
  /// - Precondition: The rules have different identities.
  package init(rules: [Rule]) {
    callers = Dictionary(uniqueKeysWithValues: rules.map { ($0.identity, $0.caller) })
    groups = rules.compactMap { if case .group(let group) = $0.identity { group } else { nil } }
    requiredRoles = [WalletServiceMethods.roles, RechargeServiceMethods.roles, PaymentMethodServiceMethods.roles]
      .reduce(into: [:]) { $0.merge($1) { first, _ in first } }
      .filter { $0.value != .unspecified }
  }

  /// Only `userID`, with every role, as `uid-1000`.
  package convenience init(onlyUser userID: UInt32) {
    let everything: Set<Role> = [.read, .spend, .billing, .admin]
    self.init(rules: [Rule(.user(userID), Caller(name: "uid-\(userID)", roles: everything))])
  }

  /// The number of calls that were refused.
  package var refusedCalls: Int { refused.load(ordering: .relaxed) }

  /// Whether `method` has a required role or belongs to a service that needs none.
  package func covers(_ method: MethodName) -> Bool {
    requiredRoles[method] != nil || Self.openServices.contains(method.service)
  }

  /// Whether a rule gives the peer a name, even without roles.
  package func knows(_ peer: PeerCredentials) -> Bool { caller(for: peer) != nil }

  /// Returns the caller's name if it may call `method`.
  ///
  /// - Throws: PERMISSION_DENIED, reason `ROLE_MISSING`.
  package func authorize(_ method: MethodName, _ peer: PeerCredentials) throws(GRPCStatus) -> String {
    let required = requiredRoles[method]
    guard let caller = caller(for: peer) else {
      throw refusal(of: "uid \(peer.userID)", for: required)
    }
    if let required, !caller.roles.contains(required) { throw refusal(of: caller.name, for: required) }
    return caller.name
  }

  /// Roles of several rules never merge.
  private func caller(for peer: PeerCredentials) -> Caller? {
    if let caller = callers[.user(peer.userID)] ?? callers[.group(peer.groupID)] { return caller }
    guard !peer.supplementaryGroupIDs.isEmpty else { return nil }
    return groups.first { peer.supplementaryGroupIDs.contains($0) }.flatMap { callers[.group($0)] }
  }

  private func refusal(of caller: String, for role: Role?) -> GRPCStatus {
    refused.wrappingAdd(1, ordering: .relaxed)
    return GRPCStatus(roleMissing: role, of: caller)
  }
}
