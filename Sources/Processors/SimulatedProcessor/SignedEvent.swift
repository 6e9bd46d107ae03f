import MessageDigest
import PaymentProcessing

/// An event as the simulated processor sends it over the network.
package struct SignedEvent: Hashable, Sendable {
  /// One line of text.
  package var payload: [UInt8]
  package var signature: String

  package init(payload: [UInt8], signature: String) {
    self.payload = payload
    self.signature = signature
  }
}

/// The secret that events are signed with: whoever knows it can make up events.
struct EventSeal {
  private static let version = "v1="
  let secret: [UInt8]

  func sign(_ payload: [UInt8]) -> SignedEvent {
    let digits = HMACSHA256.code(of: payload, key: secret).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
    }
    return SignedEvent(payload: payload, signature: Self.version + digits.joined())
  }

  func isGenuine(_ event: SignedEvent) -> Bool {
    guard event.signature.hasPrefix(Self.version) else { return false }
    let digits = Array(event.signature.utf8.dropFirst(Self.version.utf8.count))
    guard digits.count == 2 * HMACSHA256.byteCount else { return false }
    var code: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16) else { return false }
      code.append(byte)
    }
    return HMACSHA256.isValid(code, for: event.payload, key: secret)
  }
}

/// What an event says: its id and a record of the books, as a line of text.
enum EventPayload {
  static func bytes(id: String, _ record: BookRecord) -> [UInt8] { Array("\(id)\t\(record.line)".utf8) }

  static func event(_ payload: [UInt8]) -> ProcessorEvent? {
    let text = String(decoding: payload, as: UTF8.self)
    guard let tab = text.firstIndex(of: "\t"),
      let record = BookRecord(line: String(text[text.index(after: tab)...]))
    else { return nil }
    let kind: ProcessorEvent.Kind =
      switch record {
      case .attachment(let attachment): .other(type: "payment_method.\(attachment.state.rawValue)")
      case .charge(let kept): .charge(kept.charge)
      case .refund(let kept): .refund(kept.refund)
      case .dispute(let dispute): .dispute(dispute)
      }
    return ProcessorEvent(id: String(text[..<tab]), kind: kind)
  }
}
