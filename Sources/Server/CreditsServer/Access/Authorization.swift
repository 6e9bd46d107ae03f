package import CreditsAPI
import Synchronization
import UnixGRPC

/// Decides by the caller's kernel identity who it is and what it may do.
///
/// A caller's name is the scope of its idempotency keys and the actor on its entries: giving a uid another name makes
/// its earlier keys another caller's.
package final class Authorization: Sendable {
  package enum Identity: Hashable, Sendable {
    case user(UInt32)
    /// The primary group of the calling process: the kernel tells no other.
    case group(UInt32)
  }

  package struct Caller: Hashable, Sendable {
    package var name: String
    package var roles: Set<Role>

    package init(name: String, roles: Set<Role>) {
      self.name = name
      self.roles = roles
    }
  }

  private let callers: [Identity: Caller]
  private let requiredRoles: [MethodName: Role]
  private let refused = Atomic<Int>(0)

  /// - Parameter callers: A rule for a user goes before one for the user's group. Who has no rule may do nothing.
  package init(callers: [Identity: Caller]) {
    self.callers = callers
    requiredRoles = [WalletServiceMethods.roles, RechargeServiceMethods.roles, PaymentMethodServiceMethods.roles]
      .reduce(into: [:]) { $0.merge($1) { first, _ in first } }
  }

  /// Only `userID`, with every role, as `uid-1000`.
  package convenience init(onlyUser userID: UInt32) {
    let everything: Set<Role> = [.read, .spend, .billing, .admin]
    self.init(callers: [.user(userID): Caller(name: "uid-\(userID)", roles: everything)])
  }

  /// How many calls were refused.
  package var refusedCalls: Int { refused.load(ordering: .relaxed) }

  /// Returns the caller's name if it has the role that `method` needs.
  func callerName(of peer: PeerCredentials, calling method: MethodName) throws(GRPCStatus) -> String {
    let required = requiredRoles[method]
    let caller = callers[.user(peer.userID)] ?? callers[.group(peer.groupID)]
    guard let caller, let required, caller.roles.contains(required) else {
      refused.wrappingAdd(1, ordering: .relaxed)
      throw GRPCStatus(roleMissing: required, of: caller?.name ?? "uid \(peer.userID)")
    }
    return caller.name
  }
}
