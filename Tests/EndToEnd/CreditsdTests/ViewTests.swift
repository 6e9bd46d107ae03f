import CreditsAPI
import CreditsClient
import ProtobufDescriptors
import Testing

@Suite("The views of a backup")
struct ViewTests {
  /// Each view with the messages of the contract that its columns are fields of.
  static let views: [(view: String, messages: Set<String>)] = [
    ("balances", ["Wallet", "GetRechargeOptionsResponse", "ListPaymentMethodsResponse"]),
    ("changes", ["Change", "Entry"]), ("entries", ["Entry"]), ("holds", ["Hold"]),
    ("recharges", ["Recharge", "Wallet"]),
    ("recharge_refunds", ["RechargeRefund", "Wallet"]), ("disputes", ["Dispute", "Wallet"]),
    ("payment_methods", ["PaymentMethod"]), ("auto_recharges", ["AutoRecharge", "AutoRechargeSettings", "Wallet"]),
    ("accounts", ["Account", "Money"]),
  ]

  /// The number of a change in the ledger as a whole, and whether a card was removed: the contract shows neither.
  private static let own: Set<String> = ["changes.record", "payment_methods.state"]

  @Test("name what they show as the contract does")
  func vocabulary() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    await credits.close()
    #expect(daemon.stop() == 0)
    let files = try FileDescriptorSet(serializedBytes: ContractDescriptors.serializedFileDescriptorSet).files
    let messages = files.filter { $0.package == "credits.v1" }.flatMap(\.messages).flatMap { [$0] + $0.messages }
    for (view, names) in Self.views {
      let columns = try OldLedger.column("SELECT name FROM pragma_table_info('\(view)')", in: directory)
      #expect(!columns.isEmpty, "there is no view \(view)")
      let fields = Set(messages.filter { names.contains($0.name) }.flatMap { $0.fields.map(\.name) })
      let others = columns.filter { !fields.contains($0) && !Self.own.contains("\(view).\($0)") }
      #expect(others.isEmpty, "\(view)")
    }
  }
}
