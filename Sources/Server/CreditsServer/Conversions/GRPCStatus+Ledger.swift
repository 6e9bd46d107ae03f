import CreditsAPI
package import Ledger
package import LedgerEngine
import ProtobufC
package import UnixGRPC

// The only conversions of the ledger's and the processor's errors to statuses on the wire.

extension Refusal: GRPCStatusConvertible {
  package var status: GRPCStatus { GRPCStatus(self) }
}

extension LedgerError: GRPCStatusConvertible {
  package var status: GRPCStatus { GRPCStatus(self) }
}

extension ScanError: GRPCStatusConvertible {
  package var status: GRPCStatus { GRPCStatus(self) }
}

extension ProcessorFailure: GRPCStatusConvertible {
  package var status: GRPCStatus { GRPCStatus(self) }
}

extension ProcessorMissing: GRPCStatusConvertible {
  var status: GRPCStatus { GRPCStatus(self) }
}

extension GRPCStatus {
  private static let domain = "credits.v1"

  /// The delay before a retry that may succeed.
  private static let retryDelay = Duration.seconds(1)

  init(_ refusal: Refusal) {
    self.init(refusal.reason, message: refusal.sentence, metadata: refusal.metadata)
    if let field = refusal.field {
      let violation = BadRequest.FieldViolation(field: field, description: refusal.sentence)
      details.append(.badRequest(BadRequest(fieldViolations: [violation])))
    }
  }

  init(_ error: LedgerError) {
    switch error {
    case .unavailable:
      self.init(
        .ledgerUnavailable,
        message: "the ledger cannot answer now: retry, with the same idempotency_key where there is one"
      )
      details.append(.retryInfo(RetryInfo(retryDelay: Self.retryDelay)))
    case .diskFull:
      self.init(
        .diskFull,
        message: "the ledger's disk is full, nothing was changed: make room, then retry, with the same idempotency_key "
          + "where there is one"
      )
    case .damaged(let what): self.init(damaged: what)
    case .deadlineExceeded:
      self.init(code: .deadlineExceeded, message: "the deadline passed before the request's turn, nothing was changed")
    }
  }

  /// Converts an error of a scan.
  init(_ error: ScanError) {
    switch error {
    case .refused(let refusal): self.init(refusal)
    case .ledger(let error): self.init(error)
    case .snapshotRequired(let sequence):
      self.init(
        .snapshotRequired,
        message: "the wallet is at sequence \(sequence), and a watch cannot begin where it was asked to: begin with a "
          + "snapshot",
        metadata: ["sequence": String(sequence)]
      )
    case .fellBehind(let lastSequence):
      self.init(
        .resumeWatch,
        message: "the changes were read too slowly: watch again after sequence \(lastSequence)",
        metadata: ["last_sequence": String(lastSequence)]
      )
    case .cursorUnknown:
      self.init(
        .cursorUnknown,
        message: "the ledger has no such place, so it is another one or an older backup: begin without a cursor, and "
          + "find out by other means what happened since"
      )
    case .damaged(let what): self.init(damaged: what)
    case .backupFailed(let reason):
      self.init(
        .backupFailed,
        message: "there is no copy, the ledger itself is well: \(reason)"
      )
    }
  }

  /// - Parameter what: A description of the damage.
  private init(damaged what: String) {
    self.init(.ledgerDamaged, message: "\(what): have the ledger verified, and restored from a backup")
  }

  /// - Parameter role: The role that the method needs; nil if any role suffices.
  init(roleMissing role: Role?, of caller: String) {
    let name = role.map { "\($0)".lowercased() }
    self.init(
      .roleMissing,
      message: name.map { "\(caller) needs the role \($0): have it granted in the server's configuration" }
        ?? "\(caller) has no role: have one granted in the server's configuration",
      metadata: ["role": name ?? "any"]
    )
  }

  /// Converts a request that cannot be decoded. The field is empty if the fault is in no known field.
  init(_ error: MessageDecodingError) {
    self.init(.fieldInvalid, message: "\(error): correct it, nothing was changed")
    let violation = BadRequest.FieldViolation(field: error.fieldPath, description: error.explanation)
    details.append(.badRequest(BadRequest(fieldViolations: [violation])))
  }

  /// Converts a failure of the processor that happened before an operation was submitted to the ledger.
  init(_ error: ProcessorFailure) {
    switch error {
    case .unknownToken:
      let description = "names no card that the processor knows: get a new token from it"
      self.init(.fieldInvalid(field: "payment_method_token", description: description))
    case .rejected, .cardDeclined:
      let description = "is not accepted by the processor: get a new token from it"
      self.init(.fieldInvalid(field: "payment_method_token", description: description))
    case .outcomeUnknown:
      self.init(
        .processorUnavailable,
        message: "the payment processor does not answer, nothing was changed: retry, with the same "
          + "idempotency_key where there is one"
      )
      details.append(.retryInfo(RetryInfo(retryDelay: Self.retryDelay)))
    }
  }

  /// Without a delay: waiting does not help.
  init(_: ProcessorMissing) {
    self.init(
      .processorUnavailable,
      message: "no payment processor is configured, nothing was changed: start creditsd with --processor unix:PATH, or "
        + "with --processor simulated to try it out"
    )
  }

  private init(_ reason: Reason, message: String, metadata: [String: String] = [:]) {
    let info = ErrorInfo(reason: reason.rawValue, domain: Self.domain, metadata: metadata)
    self.init(code: reason.code, message: message, details: [.errorInfo(info)])
  }
}
