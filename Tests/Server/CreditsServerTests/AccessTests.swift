import CreditsAPI
import CreditsServer
import Foundation
import Logging
import Testing
import UnixGRPC

@Suite("Access", .timeLimit(.minutes(2)))
struct AccessTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A rule of the server's configuration for the user of this process.
  enum Rule: Hashable, CustomTestStringConvertible, CaseIterable {
    case none, noRole, read, spend, billing, admin

    var roles: Set<Role>? {
      switch self {
      case .none: nil
      case .noRole: []
      case .read: [.read]
      case .spend: [.spend]
      case .billing: [.billing]
      case .admin: [.admin]
      }
    }

    var authorization: Authorization {
      guard let roles else { return Authorization(rules: []) }
      return Authorization(rules: [
        Authorization.Rule(.user(ownUserID), Authorization.Caller(name: "phones", roles: roles))
      ])
    }

    /// Whether the rule allows a method whose descriptor names `role`.
    func allows(_ role: String?) -> Bool {
      guard let roles else { return false }
      return role.map { role in roles.contains { "\($0)".uppercased() == role } } ?? true
    }

    var testDescription: String { self == .none ? "no rule" : "\(self)" }
  }

  /// Returns the status of a call with an empty message, or nil if it is answered with a message.
  private func end(of method: ReflectedMethod, _ client: GRPCClient) async throws -> GRPCStatus? {
    do {
      guard method.isStreaming else {
        _ = try await client.unary(method.name, [])
        return nil
      }
      let call = try await client.startCall(method.name, options: CallOptions(timeout: .seconds(30)))
      defer { call.cancel() }
      try await call.send([])
      call.finishSending()
      for try await _ in call.responses { break }
      return nil
    } catch let status as GRPCStatus {
      return status
    }
  }

  /// Returns the methods that a daemon lists for its own user.
  private func reflectedMethods() async throws -> [ReflectedMethod] {
    let daemon = try await TestDaemon(directory: directory.path)
    let methods = try await ReflectedMethod.all(of: daemon.client)
    try await daemon.stop()
    return methods
  }

  @Test("follows the roles in the descriptors that the server reflects", arguments: Rule.allCases)
  func matrix(rule: Rule) async throws {
    let methods = try await reflectedMethods()
    let services = Dictionary(grouping: methods, by: \.name.service).mapValues(\.count)
    #expect(services["credits.v1.WalletService", default: 0] >= 19)
    #expect(services["grpc.health.v1.Health"] == 3)
    #expect(services.keys.filter { $0.hasPrefix("grpc.reflection.") }.count == 2)
    #expect(services.count == 6)
    #expect(methods.allSatisfy { ($0.role != nil) == $0.name.service.hasPrefix("credits.v1.") })
    #expect(Set(methods.compactMap(\.role)) == ["READ", "SPEND", "BILLING", "ADMIN"])

    let authorization = rule.authorization
    let daemon = try await TestDaemon(directory: directory.path, authorization: authorization)
    var refused = 0
    for method in methods {
      let status = try await end(of: method, daemon.client)
      if rule.allows(method.role) {
        #expect(status?.code != .permissionDenied && status?.code != .unimplemented, "\(method.name): \(status as Any)")
      } else {
        #expect(status?.code == .permissionDenied, "\(method.name): \(status as Any)")
        #expect(status?.errorInfo?.reason == "ROLE_MISSING", "\(method.name)")
        #expect(status?.errorInfo?.metadata == ["role": method.role?.lowercased() ?? "any"], "\(method.name)")
        #expect(status?.message.contains("granted in the server's configuration") == true, "\(method.name)")
        refused += 1
      }
      #expect(authorization.refusedCalls == refused, "\(method.name)")
    }
    try await daemon.stop()
  }

  @Test("to an unknown method is denied without a rule, and UNIMPLEMENTED with one", arguments: Rule.allCases)
  func unknownMethods(rule: Rule) async throws {
    let daemon = try await TestDaemon(directory: directory.path, authorization: rule.authorization)
    for name in [
      MethodName(service: WalletServiceMethods.serviceName, method: "Steal"),
      MethodName(service: "credits.v2.WalletService", method: "Charge"),
      MethodName(service: HealthRegistry.serviceName, method: "Cure"),
    ] {
      let status = try await status { try await daemon.client.unary(name, []).message }
      #expect(status.code == (rule == .none ? .permissionDenied : .unimplemented))
    }
    try await daemon.stop()
  }

  @Test("cannot be granted to a method without a role: no server with it can be created")
  func methodWithoutRole() async throws {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var configuration = GRPCServer.Configuration(socketPath: "/nonexistent/s")
      configuration.authorizer = Authorization(onlyUser: 0)
      let methods = ["GetWallet", "Steal"].map { MethodDefinition($0, .unary { request, _ in request }) }
      let service = ServiceDefinition(name: "credits.v1.WalletService", methods: methods)
      _ = GRPCServer(services: [service], configuration: configuration, logger: Logger(label: "test"))
    }
    let error = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(error.contains("credits.v1.WalletService/Steal cannot be served"))
  }
}
