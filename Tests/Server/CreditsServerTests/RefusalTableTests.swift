import CreditsAPI
import Ledger
import LedgerEngine
import PaymentProcessing
import Testing
import UnixGRPC

@testable import CreditsServer

/// Every reason with its code, its metadata, and a message that says what to do.
@Suite("Refusals")
struct RefusalTableTests {
  struct Row: CustomStringConvertible {
    /// nil if the status does not come from a refusal.
    var refusal: Refusal?
    let status: GRPCStatus
    let code: GRPCStatus.Code
    let reason: String
    var metadata: [String: String] = [:]
    /// The field that a `BadRequest` names.
    var field: String?
    /// The part of the message that says what to do next.
    let advice: String

    init(
      _ status: GRPCStatus,
      _ code: GRPCStatus.Code,
      _ reason: String,
      _ metadata: [String: String] = [:],
      field: String? = nil,
      advice: String
    ) {
      self.status = status
      self.code = code
      self.reason = reason
      self.metadata = metadata
      self.field = field
      self.advice = advice
    }

    var description: String { reason }
  }

  static let wallet = WalletID("w")
  static let recharge = RechargeID("r")
  static let hold = HoldID(record: 7, tag: 1)
  static let entry = EntryID(record: 8, tag: 2)

  static func usd(_ dollars: Int64) -> Ledger.Money { Ledger.Money(micros: dollars * 1_000_000, currency: .usd) }

  static func refused(
    _ refusal: Refusal,
    _ code: GRPCStatus.Code,
    _ metadata: [String: String] = [:],
    field: String? = nil,
    advice: String
  ) -> Row {
    var row = Row(GRPCStatus(refusal), code, refusal.reason.rawValue, metadata, field: field, advice: advice)
    row.refusal = refusal
    return row
  }

  static let refusals = rows.compactMap(\.refusal)

  static let rows: [Row] = arguments + absences + states + aftermath + failures

  static let arguments = [
    refused(.fieldInvalid(field: "x", description: "must be y"), .invalidArgument, field: "x", advice: "x must be y"),
    refused(
      .amountOutOfRange(field: "amount.micros", rule: "must be more"),
      .invalidArgument,
      field: "amount.micros",
      advice: "must be more"
    ),
    refused(
      .currencyMismatch(given: Currency(code: "EUR") ?? .usd, expected: .usd, field: "amount"),
      .invalidArgument,
      ["given": "EUR", "expected": "USD"],
      field: "amount.currency_code",
      advice: "send it in USD"
    ),
    refused(
      .currencyUnsupported(Currency(code: "EUR") ?? .usd, field: "amount"),
      .invalidArgument,
      ["given": "EUR"],
      field: "amount.currency_code",
      advice: "use USD"
    ),
    refused(.cardNumberRefused(field: "memo"), .invalidArgument, field: "memo", advice: "never the number"),
    refused(.idempotencyKeyRequired, .invalidArgument, field: "idempotency_key", advice: "send one key"),
  ]

  static let absences = [
    refused(.walletNotFound(wallet), .notFound, ["wallet_id": "w"], advice: "create it"),
    refused(.rechargeNotFound(recharge), .notFound, ["recharge_id": "r"], advice: "use the recharge_id"),
    refused(.paymentMethodNotFound(wallet), .notFound, ["wallet_id": "w"], advice: "save one"),
    refused(.holdNotFound(hold), .notFound, ["hold_id": "h7-00000001"], advice: "use the hold_id"),
    refused(
      .rechargeRefundNotFound(RechargeRefundID("f")),
      .notFound,
      ["refund_id": "f"],
      advice: "use the refund_id"
    ),
    refused(.entryNotFound(entry), .notFound, ["entry_id": "e8-00000002"], advice: "use the entry_id"),
    refused(.walletExists(wallet), .alreadyExists, ["wallet_id": "w"], advice: "choose another"),
  ]

  private static let openRecharge = Recharge(
    id: recharge,
    walletID: wallet,
    caller: "tester",
    amount: usd(10),
    purpose: .recharge,
    state: .authenticationRequired,
    paymentMethod: PaymentMethod(
      id: PaymentMethodID("pm"),
      walletID: wallet,
      token: PaymentMethodToken("tok"),
      card: Card(brand: "visa", last4: "4242", expiryMonth: 12, expiryYear: 2040),
      billing: BillingDetails(name: "Ada", email: "ada@example.com", country: "GB", postalCode: "W1"),
      createTime: LedgerTime(microseconds: 0)
    ),
    paymentMethodIsCandidate: false,
    nextActionURL: "https://bank.example",
    createTime: LedgerTime(microseconds: 0),
    updateTime: LedgerTime(microseconds: 0)
  )

  static let states = [
    refused(
      .insufficientCredits(available: usd(1), required: usd(3)),
      .failedPrecondition,
      ["available": "1000000", "required": "3000000", "shortfall": "2000000", "currency_code": "USD"],
      advice: "recharge at least $10.00"
    ),
    refused(
      .insufficientCredits(available: usd(1), required: usd(31)).advising(by: .usd, open: openRecharge),
      .failedPrecondition,
      [
        "available": "1000000", "required": "31000000", "shortfall": "30000000", "currency_code": "USD",
        "recharge_at_least": "20000000", "open_recharge": "r", "open_recharge_amount": "10000000",
      ],
      advice: "once it is final, recharge at least $20.00"
    ),
    refused(
      .balanceLimit(Wallet(id: wallet, currency: .usd, createTime: LedgerTime(microseconds: 0))),
      .failedPrecondition,
      ["wallet_id": "w", "posted": "0", "currency_code": "USD"],
      advice: "send less, with a new key"
    ),
    refused(.walletFrozen(wallet), .failedPrecondition, ["wallet_id": "w"], advice: "UnfreezeWallet"),
    refused(.walletNotFrozen(wallet), .failedPrecondition, ["wallet_id": "w"], advice: "not frozen"),
    refused(.walletClosed(wallet), .failedPrecondition, ["wallet_id": "w"], advice: "another wallet"),
    refused(
      .walletNotEmpty(wallet, posted: usd(2), held: usd(1), openHolds: 1, openRecharge: recharge),
      .failedPrecondition,
      [
        "wallet_id": "w", "posted": "2000000", "held": "1000000", "currency_code": "USD", "open_holds": "1",
        "open_recharge": "r",
      ],
      advice: "capture or release its open holds (1)"
    ),
    refused(
      .writeOffExceedsBalance(wallet, allowed: usd(-2)),
      .failedPrecondition,
      ["wallet_id": "w", "allowed": "-2000000", "currency_code": "USD"],
      advice: "send -$2.00, or less of it, with a new key"
    ),
    refused(.walletNotNew(wallet), .failedPrecondition, ["wallet_id": "w"], advice: "send a CORRECTION"),
    refused(.holdLimit(hold), .failedPrecondition, ["hold_id": "h7-00000001"], advice: "place a new hold"),
    refused(
      .holdResolved(hold, .released),
      .failedPrecondition,
      ["hold_id": "h7-00000001", "state": "RELEASED"],
      advice: "place a new hold"
    ),
    refused(
      .shortfallLimit(hold, capturable: usd(5)),
      .failedPrecondition,
      ["hold_id": "h7-00000001", "capturable": "5000000", "currency_code": "USD"],
      advice: "no more than $5.00"
    ),
    refused(
      .entryNotRefundable(entry, .grant),
      .failedPrecondition,
      ["entry_id": "e8-00000002", "kind": "GRANT"],
      advice: "only a CHARGE or a CAPTURE"
    ),
    refused(
      .entryNotRefundable(entry, .rechargePaid),
      .failedPrecondition,
      ["entry_id": "e8-00000002", "kind": "RECHARGE"],
      advice: "is a RECHARGE: only a CHARGE or a CAPTURE"
    ),
    refused(
      .refundExceedsCharge(entry, refundable: usd(4)),
      .failedPrecondition,
      ["entry_id": "e8-00000002", "refundable": "4000000", "currency_code": "USD"],
      advice: "refund that or less"
    ),
    refused(
      .paymentMethodRequired(wallet),
      .failedPrecondition,
      ["wallet_id": "w"],
      advice: "save one with SavePaymentMethod"
    ),
    refused(
      .autoRechargeDisabled(wallet),
      .failedPrecondition,
      ["wallet_id": "w"],
      advice: "turn them on with SetAutoRecharge"
    ),
    refused(
      .paymentDeclined(wallet, code: "expired_card"),
      .failedPrecondition,
      ["wallet_id": "w", "decline_code": "expired_card"],
      advice: "use another card"
    ),
    refused(.idempotencyKeyReused, .failedPrecondition, advice: "take a new key"),
    refused(.rechargeInProgress(recharge), .aborted, ["recharge_id": "r"], advice: "wait"),
    refused(
      .rechargeInProgress(recharge, openRecharge),
      .aborted,
      [
        "recharge_id": "r", "state": "AUTHENTICATION_REQUIRED", "expire_time": "1970-01-01T01:00:00Z",
        "next_action_url": "https://bank.example",
      ],
      advice: "cancel it with CancelRecharge"
    ),
    refused(
      .rechargeNotCancellable(recharge, .paid),
      .failedPrecondition,
      ["recharge_id": "r", "state": "PAID"],
      advice: "only one that waits for its cardholder"
    ),
    refused(.rechargeInReview(wallet), .aborted, ["wallet_id": "w"], advice: "SettleReview"),
    refused(
      .rechargeAlreadySettled(recharge, .paid),
      .failedPrecondition,
      ["recharge_id": "r", "state": "PAID"],
      advice: "already PAID"
    ),
  ]

  /// Refusals of cards, refunds, reviews and disputes.
  static let aftermath = [
    refused(.paymentMethodLimit(wallet), .failedPrecondition, ["wallet_id": "w"], advice: "remove one first"),
    refused(
      .rechargeNotRefundable(recharge, .declined),
      .failedPrecondition,
      ["recharge_id": "r", "state": "DECLINED"],
      advice: "only a PAID one"
    ),
    refused(
      .refundExceedsRecharge(recharge, refundable: usd(4)),
      .failedPrecondition,
      ["recharge_id": "r", "refundable": "4000000", "currency_code": "USD"],
      advice: "refund that or less"
    ),
    refused(.rechargeRefundLimit(recharge), .failedPrecondition, ["recharge_id": "r"], advice: "no more refunds"),
    refused(
      .notInReview(state: "PAID"),
      .failedPrecondition,
      ["state": "PAID"],
      advice: "nothing to settle by hand"
    ),
    refused(
      .processorChargeTaken(by: recharge),
      .failedPrecondition,
      ["recharge_id": "r"],
      advice: "name the charge of this one"
    ),
    refused(
      .processorRefundTaken(by: RechargeRefundID("f")),
      .failedPrecondition,
      ["refund_id": "f"],
      advice: "name the one of this"
    ),
    refused(
      .reviewContradicted(.paid),
      .failedPrecondition,
      ["state": "PAID"],
      advice: "settle it as MONEY_MOVED"
    ),
    refused(.disputeOpen(wallet), .aborted, ["wallet_id": "w"], advice: "wait until"),
    refused(.refundInProgress(wallet), .aborted, ["wallet_id": "w"], advice: "wait until"),
    refused(
      .refundAlreadySettled(RechargeRefundID("f"), .failed),
      .failedPrecondition,
      ["refund_id": "f", "state": "FAILED"],
      advice: "already FAILED"
    ),
    refused(
      .disputeImplausible(DisputeID("d"), recharge),
      .failedPrecondition,
      ["recharge_id": "r"],
      advice: "more than recharge r has brought"
    ),
  ]

  static let failures = [
    Row(
      GRPCStatus(roleMissing: .admin, of: "phones"),
      .permissionDenied,
      "ROLE_MISSING",
      ["role": "admin"],
      advice: "have it granted"
    ),
    Row(GRPCStatus(LedgerError.unavailable("gone")), .unavailable, "LEDGER_UNAVAILABLE", advice: "retry"),
    Row(GRPCStatus(LedgerError.diskFull), .resourceExhausted, "DISK_FULL", advice: "make room"),
    Row(GRPCStatus(ProcessorFailure.outcomeUnknown("?")), .unavailable, "PROCESSOR_UNAVAILABLE", advice: "retry"),
    Row(
      GRPCStatus(ScanError.snapshotRequired(sequence: 9)),
      .outOfRange,
      "SNAPSHOT_REQUIRED",
      ["sequence": "9"],
      advice: "begin with a snapshot"
    ),
    Row(
      GRPCStatus(ScanError.fellBehind(lastSequence: 9)),
      .aborted,
      "RESUME_WATCH",
      ["last_sequence": "9"],
      advice: "watch again after sequence 9"
    ),
    Row(GRPCStatus(ScanError.cursorUnknown), .outOfRange, "CURSOR_UNKNOWN", advice: "begin without a cursor"),
    Row(
      GRPCStatus(ScanError.damaged("record 3 is lost")),
      .dataLoss,
      "LEDGER_DAMAGED",
      advice: "restored from a backup"
    ),
    Row(GRPCStatus(ScanError.backupFailed("no room")), .internal, "BACKUP_FAILED", advice: "no room"),
  ]

  @Test("carry code, reason, metadata and advice", arguments: rows)
  func table(row: Row) {
    #expect(row.status.code == row.code)
    #expect(row.status.errorInfo?.reason == row.reason)
    #expect(row.status.errorInfo?.domain == "credits.v1")
    #expect(row.status.errorInfo?.metadata == row.metadata)
    #expect(row.status.violations == (row.field.map { [$0] } ?? []))
    #expect(row.status.message.contains(row.advice), "\(row.status.message)")
  }

  @Test("that are transient carry a retry delay", arguments: [0, 3])
  func retryInfo(index: Int) {
    let status = [
      GRPCStatus(LedgerError.unavailable("gone")), GRPCStatus(LedgerError.diskFull),
      GRPCStatus(ScanError.cursorUnknown), GRPCStatus(ProcessorFailure.outcomeUnknown("?")),
    ][index]
    #expect(status.details.contains { if case .retryInfo = $0 { true } else { false } })
  }
}
