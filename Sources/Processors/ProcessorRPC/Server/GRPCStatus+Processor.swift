package import Ledger
import PaymentProcessing
package import UnixGRPC

/// The only conversion of a processor's errors to statuses on the wire.
extension GRPCStatus {
  package init(_ error: ProcessorFailure) {
    switch error {
    case .unknownToken: self.init(code: .notFound, message: "there is no such payment method")
    case .cardDeclined(let code): self.init(code: .failedPrecondition, message: "the card is declined: \(code)")
    case .rejected(let reason): self.init(code: .failedPrecondition, message: reason)
    case .outcomeUnknown(let reason): self.init(code: .unavailable, message: reason)
    }
  }

  init(_ error: EventFailure) {
    switch error {
    case .signatureInvalid: self.init(code: .unauthenticated, message: "the signature is not that of the payload")
    case .signatureExpired:
      self.init(code: .outOfRange, message: "the signature is too old, or the clocks of the two hosts differ")
    case .modeMismatch: self.init(code: .failedPrecondition, message: "the event is of the processor's other mode")
    case .payloadInvalid(let reason): self.init(FieldError(field: "payload", description: reason))
    case .unavailable(let reason): self.init(code: .unavailable, message: reason)
    }
  }

  init(_ error: FieldError) {
    let violation = BadRequest.FieldViolation(field: error.field, description: error.description)
    self.init(
      code: .invalidArgument,
      message: "\(error.field) \(error.description)",
      details: [.badRequest(BadRequest(fieldViolations: [violation]))]
    )
  }
}
