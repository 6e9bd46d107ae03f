import CreditsAPI
import Encodings
import Ledger
import LedgerEngine

// The fields of lists, watches and verifications.
extension RequestFields {
  private static let usualPageSize: Int32 = 50
  private static let largestPageSize: Int32 = 1000

  static func pageSize(_ size: Int32) throws(Refusal) -> Int {
    guard size >= 0 else { throw .fieldInvalid(field: "page_size", description: "must not be negative") }
    return Int(size == 0 ? usualPageSize : min(size, largestPageSize))
  }

  static func entryKinds(_ kinds: [CreditsAPI.Entry.Kind]) throws(Refusal) -> Set<RecordKind> {
    var wanted: Set<RecordKind> = []
    for kind in kinds {
      switch kind {
      case .charge: wanted.insert(.charge)
      case .recharge: wanted.insert(.rechargePaid)
      case .capture: wanted.insert(.capture)
      case .refund: wanted.insert(.refund)
      case .grant: wanted.insert(.grant)
      case .writeOff: wanted.insert(.writeOff)
      case .correction: wanted.insert(.correction)
      case .openingBalance: wanted.insert(.openingBalance)
      case .rechargeRefund: wanted.formUnion([.rechargeRefunded, .rechargeRefundFailed])
      case .dispute: wanted.formUnion([.disputeOpened, .disputeWon, .disputeLost])
      case .unspecified, .unrecognized:
        throw .fieldInvalid(
          field: "kinds",
          description: "must be CHARGE, RECHARGE, CAPTURE, REFUND, GRANT, RECHARGE_REFUND, DISPUTE, WRITE_OFF, "
            + "CORRECTION or OPENING_BALANCE"
        )
      }
    }
    return wanted
  }

  static func rechargeStates(_ states: [CreditsAPI.Recharge.State]) throws(Refusal) -> Set<RechargeState> {
    var wanted: Set<RechargeState> = []
    for state in states {
      switch state {
      case .processing: wanted.insert(.processing)
      case .paid: wanted.insert(.paid)
      case .declined: wanted.insert(.declined)
      case .authenticationRequired: wanted.insert(.authenticationRequired)
      case .failed: wanted.insert(.failed)
      case .needsReview: wanted.insert(.needsReview)
      case .unspecified, .unrecognized:
        throw .fieldInvalid(
          field: "states",
          description: "must be PROCESSING, PAID, DECLINED, AUTHENTICATION_REQUIRED, FAILED or NEEDS_REVIEW"
        )
      }
    }
    return wanted
  }

  static func time(_ timestamp: Timestamp?, field: String) throws(Refusal) -> LedgerTime? {
    guard let timestamp else { return nil }
    guard timestamp.isValid, let microseconds = timestamp.microsecondsSince1970 else {
      throw .fieldInvalid(
        field: field,
        description: "must be a time in the years 1 to 9999, with nanos from 0 to 999999999"
      )
    }
    return LedgerTime(microseconds: microseconds)
  }

  static func start(_ start: WatchWalletRequest.Start?) throws(Refusal) -> WatchStart {
    switch start {
    case nil, .snapshot: return .snapshot
    case .afterSequence(let sequence):
      guard sequence >= 0 else { throw .fieldInvalid(field: "after_sequence", description: "must not be negative") }
      return .after(sequence: sequence)
    }
  }

  static func knownDigest(_ request: VerifyLedgerRequest) throws(Refusal) -> KnownDigest? {
    if request.knownRecordCount == 0, request.knownDigest.isEmpty { return nil }
    guard request.knownRecordCount > 0 else {
      throw .fieldInvalid(field: "known_record_count", description: "must be a verdict's record_count, above zero")
    }
    guard let bytes = Hexadecimal.bytes(request.knownDigest), let digest = Digest(bytes: bytes) else {
      throw .fieldInvalid(field: "known_digest", description: "must be a verdict's digest: 64 hexadecimal digits")
    }
    return KnownDigest(records: request.knownRecordCount, digest: digest)
  }
}
