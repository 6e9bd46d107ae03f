import Ledger
import PaymentProcessing
import UnixGRPC

extension ProcessorError {
  /// What a status says of the request's effect. Only three are a processor's own word that there was none; no gRPC
  /// library makes them by itself (gRPC, "Status codes and their use in gRPC").
  init(_ status: GRPCStatus, secrets: [String]) {
    switch status.code {
    case .notFound: self = .unknownToken
    case .invalidArgument, .failedPrecondition: self = .rejected(Self.sentence(status, secrets))
    default: self = .outcomeUnknown("\(status.code.name): \(Self.sentence(status, secrets))")
    }
  }

  /// Enough for a sentence.
  private static let longestText = 255

  /// The processor's text, unless it repeats what nobody may read: who wrote it is not known to be careful.
  private static func sentence(_ status: GRPCStatus, _ secrets: [String]) -> String {
    let text = status.message
    guard !text.isEmpty else { return "the processor gave no reason" }
    guard !CardNumberScreen.containsCardNumber(text), !secrets.contains(where: { !$0.isEmpty && text.contains($0) })
    else { return "the processor's reason is withheld: it repeats a secret" }
    var sentence = ""
    for character in text {
      guard sentence.utf8.count + character.utf8.count <= longestText else { break }
      sentence.append(character)
    }
    return sentence
  }
}
