import CreditsAPI
import ProtobufC
import Testing
import UnixGRPC

@testable import ProtobufDescriptors

@Suite("The contract")
struct ContractTests {
  static func files() throws -> [FileDescriptor] {
    try FileDescriptorSet(serializedBytes: ContractDescriptors.serializedFileDescriptorSet).files
  }

  @Test("describes itself and its imports for reflection")
  func descriptorSet() throws {
    let files = try Self.files()
    let names = Set(files.map(\.name))
    #expect(names.isSuperset(of: ["credits/v1/wallet_service.proto", "google/rpc/error_details.proto"]))
    #expect(files.allSatisfy { names.isSuperset(of: $0.dependencies) })
    let definitions = [WalletServiceMethods.serviceName, RechargeServiceMethods.serviceName]
    let described = files.flatMap(\.services).map(\.fullName)
    #expect(Set(described).isSuperset(of: definitions + [PaymentMethodServiceMethods.serviceName]))
  }

  @Test("has a comment on every message, enum, service and rpc")
  func explanations() throws {
    let files = try Self.files().filter { $0.package == "credits.v1" }
    for service in files.flatMap(\.services) {
      #expect(!service.comments.leading.isEmpty)
      for method in service.methods { #expect(!method.comments.leading.isEmpty, "\(method.name)") }
    }
    let resources = files.flatMap(\.messages).filter { !$0.name.hasSuffix("Request") && !$0.name.hasSuffix("Response") }
    for message in resources { #expect(!message.comments.leading.isEmpty, "\(message.name)") }
    #expect(
      try Self.files().first { $0.name == "google/protobuf/descriptor.proto" }?.messages[0].comments.leading == ""
    )
  }

  @Test("is served by reflection beside UnixGRPC's built-in services")
  func reflection() throws {
    let bytes = ContractDescriptors.serializedFileDescriptorSet
    #expect(throws: Never.self) { try ReflectionService(services: [], descriptorSets: [bytes]) }
  }

  @Test("names the role of every rpc")
  func roles() throws {
    let described = try Self.files().filter { $0.package == "credits.v1" }.flatMap(\.services)
      .flatMap { service in service.methods.map { MethodName(service: service.fullName, method: $0.name) } }
    let roles = WalletServiceMethods.roles.merging(RechargeServiceMethods.roles) { $1 }
      .merging(PaymentMethodServiceMethods.roles) { $1 }
    #expect(Set(described) == Set(roles.keys))
    #expect(roles[WalletServiceMethods.charge.name] == .spend)
    #expect(roles[WalletServiceMethods.getWallet.name] == .read)
    #expect(roles[RechargeServiceMethods.recharge.name] == .billing)
    #expect(!roles.values.contains(.unspecified))
  }

  /// The rpcs that report what the processor knows, which are idempotent without a key.
  static let withoutKey = ["CompleteRecharge", "IngestProcessorEvent"]

  @Test("requires an idempotency key for every change, but not for reads or reports of the processor")
  func idempotencyKeys() throws {
    let files = try Self.files().filter { $0.package == "credits.v1" }
    let messages = Dictionary(uniqueKeysWithValues: files.flatMap(\.messages).map { ($0.fullName, $0) })
    for method in files.flatMap(\.services).flatMap(\.methods) {
      let request = try #require(messages[method.inputType])
      let reads = ["Get", "List", "Watch", "Verify", "Backup"].contains { method.name.hasPrefix($0) }
      let changes = !reads && !Self.withoutKey.contains(method.name)
      #expect(request.fields.contains { $0.name == "idempotency_key" && $0.number == 1 } == changes)
    }
  }

  @Test("has enums that begin with UNSPECIFIED, within messages")
  func enums() throws {
    let files = try Self.files().filter { $0.package == "credits.v1" }
    #expect(files.flatMap(\.enums).isEmpty)
    for type in files.flatMap(\.messages).flatMap(\.enums) {
      #expect(type.values.first?.number == 0)
      #expect(type.values.first?.name == "\(Self.upperSnakeCase(type.name))_UNSPECIFIED")
    }
  }

  private static func upperSnakeCase(_ name: String) -> String {
    name.enumerated().map { $0.offset > 0 && $0.element.isUppercase ? "_\($0.element)" : $0.element.uppercased() }
      .joined()
  }

  @Test("keeps tokens, keys and personal details out of text")
  func secrets() {
    let request = RechargeRequest(
      idempotencyKey: "hush",
      walletID: "w",
      amount: Money(currencyCode: "USD", micros: 10_000_000),
      paymentMethodToken: "hush",
      billingDetails: BillingDetails(name: "hush", email: "hush", country: "US", postalCode: "hush")
    )
    #expect(!request.description.contains("hush"))
    #expect(request.description.contains(#"wallet_id: "w""#))
    #expect(request.description.contains("micros: 10000000"))
    #expect(!ChangeCardAndPayRequest(paymentMethodToken: "hush").description.contains("hush"))
    #expect(!SavePaymentMethodRequest(paymentMethodToken: "hush").description.contains("hush"))
    #expect(!ChargeRequest(idempotencyKey: "hush").description.contains("hush"))
    #expect(!SetUpPaymentMethodResponse(setupID: "s", clientSecret: "hush").description.contains("hush"))
  }

  @Test("carries money as an integer of micros")
  func money() throws {
    for micros in [Int64.min, -1, 0, 1, 250_000, .max] {
      let money = Money(currencyCode: "USD", micros: micros)
      #expect(try Money(serializedBytes: money.serializedBytes()) == money)
    }
    // currency_code = 1, micros = 2
    #expect(try Money(currencyCode: "USD", micros: 1).serializedBytes() == [0x0A, 3, 0x55, 0x53, 0x44, 0x10, 1])
  }
}
