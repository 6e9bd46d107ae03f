import CreditsAPI
import CreditsServer
import Testing
import UnixGRPC

@Suite("The rule of a caller")
struct CallerRuleTests {
  private static let charge = MethodName(service: "credits.v1.WalletService", method: "Charge")
  private static let get = MethodName(service: "credits.v1.WalletService", method: "GetWallet")

  private static func rule(_ identity: Authorization.Identity, _ name: String, _ roles: Set<Role>) -> Authorization.Rule
  {
    Authorization.Rule(identity, Authorization.Caller(name: name, roles: roles))
  }

  /// In another order than any by number or by kind.
  private static let authorization = Authorization(rules: [
    rule(.group(30), "thirty", [.read]),
    rule(.group(10), "ten", [.read, .spend]),
    rule(.user(1000), "ada", [.read]),
    rule(.group(20), "twenty", [.read, .spend]),
  ])

  private static func peer(_ user: UInt32, _ group: UInt32, _ others: [UInt32] = []) -> PeerCredentials {
    PeerCredentials(processID: 1, userID: user, groupID: group, supplementaryGroupIDs: others)
  }

  @Test(
    "is the user's, else the primary group's, else the file's first one of another group",
    arguments: [
      (peer(1000, 10, [20, 30]), "ada"),
      (peer(1001, 20, [10, 30]), "twenty"),
      (peer(1001, 20), "twenty"),
      (peer(1001, 99, [10, 20, 30]), "thirty"),
      (peer(1001, 99, [10, 20]), "ten"),
      (peer(1001, 99, [5, 20, 99]), "twenty"),
      (peer(1001, 99, [10, 99]), "ten"),
    ]
  )
  func order(peer: PeerCredentials, name: String) throws {
    #expect(try Self.authorization.authorize(Self.get, peer) == name)
  }

  @Test(
    "alone says what the caller may do: roles of other rules are not added",
    arguments: [peer(1000, 10, [20]), peer(1001, 30, [10, 20]), peer(1001, 99, [10, 20, 30])]
  )
  func rolesDoNotMerge(peer: PeerCredentials) {
    let status = #expect(throws: GRPCStatus.self) { try Self.authorization.authorize(Self.charge, peer) }
    #expect(status?.code == .permissionDenied)
  }

  @Test("is none for a number that is only that of another kind", arguments: [peer(10, 1000, [1000]), peer(1, 2, [3])])
  func none(peer: PeerCredentials) {
    let status = #expect(throws: GRPCStatus.self) { try Self.authorization.authorize(Self.get, peer) }
    #expect(status?.code == .permissionDenied)
  }
}
