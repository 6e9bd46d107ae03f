import Ledger
import PaymentProcessing
import UnixGRPC

extension ProcessorFailure {
  /// What a status says of the request's effect. Only three are a processor's own word that there was none; no gRPC
  /// library makes them by itself (gRPC, "Status codes and their use in gRPC").
  init(_ status: GRPCStatus, secrets: [String]) {
    switch status.code {
    case .notFound: self = .unknownToken
    case .invalidArgument, .failedPrecondition: self = .rejected(status.sentence(without: secrets))
    default: self = .outcomeUnknown("\(status.code.name): \(status.sentence(without: secrets))")
    }
  }
}

extension EventFailure {
  /// What a status says of an event. Only UNAUTHENTICATED says that the signature is wrong.
  init(_ status: GRPCStatus, secrets: [String]) {
    switch status.code {
    case .unauthenticated: self = .signatureInvalid
    case .invalidArgument, .failedPrecondition: self = .payloadInvalid(status.sentence(without: secrets))
    default: self = .unavailable("\(status.code.name): \(status.sentence(without: secrets))")
    }
  }
}

extension GRPCStatus {
  /// Enough for a sentence.
  private static let longestText = 255

  /// The processor's text, unless it repeats what nobody may read: who wrote it is not known to be careful.
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
