import Ledger
import Testing
import UnixGRPC

/// Compares the catalogue of reasons with the statuses that the server sends.
@Suite("Reasons")
struct ReasonCatalogTests {
  private static let rows = RefusalTableTests.rows

  @Test("are exactly those that the server sends")
  func complete() {
    #expect(Set(Self.rows.map(\.reason)) == Set(Reason.allCases.map(\.rawValue)))
  }

  @Test("carry the metadata that the catalogue names, in its formats", arguments: Reason.allCases)
  func metadata(reason: Reason) throws {
    let sent = Self.rows.filter { $0.reason == reason.rawValue }.compactMap { $0.status.errorInfo?.metadata }
    #expect(Set(sent.flatMap(\.keys)) == Set(reason.metadataKeys.map(\.rawValue)))
    for (name, value) in sent.joined() {
      let key = try #require(Reason.MetadataKey(rawValue: name))
      switch key.kind {
      case .money, .integer: #expect(Int64(value) != nil, "\(name) is \(value)")
      case .id, .text: #expect(!value.isEmpty, "\(name) is empty")
      }
    }
  }

  /// Whether a refusal is final never changes, because callers choose by it between the old key and a new one.
  static let final: Set<Reason> = [
    .walletExists, .balanceLimit, .walletFrozen, .walletNotFrozen, .walletClosed, .walletNotEmpty, .insufficientCredits,
    .entryNotRefundable, .refundExceedsCharge, .holdLimit, .holdResolved, .shortfallLimit, .autoRechargeDisabled,
    .notInReview, .writeOffExceedsBalance, .walletNotNew,
    .processorChargeTaken, .rechargeNotRefundable, .refundExceedsRecharge, .refundLimit, .processorRefundTaken,
    .paymentMethodRequired, .paymentMethodLimit, .paymentDeclined,
  ]

  @Test("stay final for their key or not")
  func finality() {
    #expect(Set(Reason.allCases.filter(\.isFinal)) == Self.final)
  }

  @Test("are replayed unchanged if the ledger remembers them", arguments: RefusalTableTests.refusals)
  func remembered(refusal: Refusal) throws {
    guard refusal.isRemembered else { return }
    #expect(try Refusal(canonicalBytes: refusal.canonicalBytes) == refusal)
  }
}
