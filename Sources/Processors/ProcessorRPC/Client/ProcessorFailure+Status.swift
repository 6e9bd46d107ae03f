import Ledger
import PaymentProcessing
import UnixGRPC

extension ProcessorFailure {
  /// Converts a status. Only NOT_FOUND, INVALID_ARGUMENT and FAILED_PRECONDITION state that the request had no effect; gRPC
  /// libraries never generate these three (gRPC, "Status codes and their use in gRPC").
  init(_ status: GRPCStatus, secrets: [String]) {
    switch status.code {
    case .notFound: self = .unknownToken
    case .invalidArgument, .failedPrecondition: self = .rejected(status.sentence(without: secrets))
    default: self = .outcomeUnknown("\(status.code.name): \(status.sentence(without: secrets))")
    }
  }
}

extension EventFailure {
  /// Converts a status. Only UNAUTHENTICATED states that the signature is wrong, and only OUT_OF_RANGE that it is too old.
  init(_ status: GRPCStatus, secrets: [String]) {
    switch status.code {
    case .unauthenticated: self = .signatureInvalid
    case .outOfRange: self = .signatureExpired
    case .failedPrecondition: self = .modeMismatch
    case .invalidArgument: self = .payloadInvalid(status.sentence(without: secrets))
    default: self = .unavailable("\(status.code.name): \(status.sentence(without: secrets))")
    }
  }
}

extension GRPCStatus {
  /// The maximum length of a reason, in bytes.
  private static let longestText = 255

  /// Returns the processor's text, unless it repeats a secret or a card number: processors may be careless with them.
  fileprivate func sentence(without secrets: [String]) -> String {
    let text = message
    guard !text.isEmpty else { return "the processor gave no reason" }
    guard !CardNumberScreen.containsCardNumber(text), !secrets.contains(where: { !$0.isEmpty && text.contains($0) })
    else { return "the processor's reason is withheld: it repeats a secret" }
    var sentence = ""
    for character in text {
      guard sentence.utf8.count + character.utf8.count <= Self.longestText else { break }
      sentence.append(character)
    }
    return sentence
  }
}
