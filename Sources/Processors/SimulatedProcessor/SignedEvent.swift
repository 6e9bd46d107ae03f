import Encodings
import Ledger
import MessageDigest
import PaymentProcessing

/// An event in the form that the simulated processor sends over the network.
package struct SignedEvent: Hashable, Sendable {
  /// One line of text.
  package var payload: [UInt8]
  package var signature: String

  package init(payload: [UInt8], signature: String) {
    self.payload = payload
    self.signature = signature
  }
}

/// The secret that signs events. Anyone who knows it can forge events.
struct EventSeal {
  private static let version = "v1="
  let secret: [UInt8]

  func sign(_ payload: [UInt8]) -> SignedEvent {
    let code = HMACSHA256.code(of: payload, key: secret)
    return SignedEvent(payload: payload, signature: Self.version + Hexadecimal.text(code))
  }

  func isGenuine(_ event: SignedEvent) -> Bool {
    guard event.signature.hasPrefix(Self.version),
      let code = Hexadecimal.bytes(event.signature.dropFirst(Self.version.count))
    else { return false }
    return HMACSHA256.isValid(code, for: event.payload, key: secret)
  }
}

/// The encoding of an event: its id and a record of the books, as a line of text.
enum EventPayload {
  static func bytes(id: String, _ record: BookRecord) -> [UInt8] { Array("\(id)\t\(record.line)".utf8) }

  static func event(_ payload: [UInt8]) -> ProcessorEvent? {
    let text = String(decoding: payload, as: UTF8.self)
    guard let tab = text.firstIndex(of: "\t"),
      let record = BookRecord(line: String(text[text.index(after: tab)...]))
    else { return nil }
    return ProcessorEvent(id: String(text[..<tab]), kind: record.eventKind)
  }
}

extension BookRecord {
  var eventKind: ProcessorEvent.Kind {
    switch self {
    case .account: .other(type: "account.created")
    case .setup: .other(type: "setup.created")
    case .attachment(let attachment):
      switch attachment.state {
      case .detached: .cardRemoved(token: PaymentMethodToken(attachment.token))
      case .attached, .declined: .other(type: "payment_method.\(attachment.state.rawValue)")
      }
    case .cardUpdate(let token, let name):
      TestCard.named(name).map { .cardUpdated(token: PaymentMethodToken(token), card: $0.card) }
        ?? .other(type: "payment_method.updated")
    case .customerRemoval(let walletID): .customerRemoved(WalletID(walletID))
    case .charge(let kept): .charge(kept.charge)
    case .refund(let kept): .refund(kept.refund)
    case .foreignRefund(let refund): .foreignRefund(refund)
    case .dispute(let dispute): .dispute(dispute)
    case .unclassified(let event): .unclassified(event)
    case .storedFailure: .other(type: "request.failed")
    }
  }
}
