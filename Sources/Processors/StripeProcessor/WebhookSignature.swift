import Encodings
import MessageDigest

/// The header `Stripe-Signature` (https://docs.stripe.com/webhooks/signature): `t=SECONDS,v1=HEX`, with several `v1` while
/// the secret is being rotated.
struct WebhookSignature {
  /// The allowed clock difference, in seconds. Older messages may be replays.
  private static let tolerance: Int64 = 300

  private let time: Int64
  private let timeText: Substring
  private let codes: [[UInt8]]

  init?(_ header: String) {
    var timeText: Substring?
    var codes: [[UInt8]] = []
    for part in header.split(separator: ",") {
      if part.hasPrefix("t=") { timeText = part.dropFirst(2) }
      if part.hasPrefix("v1="), let code = Self.bytes(part.dropFirst(3)) { codes.append(code) }
    }
    guard let timeText, let time = Int64(timeText), time >= 0, !codes.isEmpty else { return nil }
    (self.time, self.timeText, self.codes) = (time, timeText, codes)
  }

  func isGenuine(of payload: [UInt8], secret: StripeSecret, now: Int64) -> Bool {
    guard (now - Self.tolerance...now + Self.tolerance).contains(time) else { return false }
    let message = Array(timeText.utf8) + [UInt8(ascii: ".")] + payload
    return codes.contains { HMACSHA256.isValid($0, for: message, key: Array(secret.value.utf8)) }
  }

  private static func bytes(_ hexadecimal: Substring) -> [UInt8]? {
    guard let bytes = Hexadecimal.bytes(hexadecimal), bytes.count == HMACSHA256.byteCount else { return nil }
    return bytes
  }
}
