import Encodings
import MessageDigest

/// The header `Stripe-Signature` (https://docs.stripe.com/webhooks/signature): `t=SECONDS,v1=HEX`, with several `v1` while
/// the secret is being rotated.
struct WebhookSignature {
  enum Verdict {
    case genuine
    /// Stripe's, but so old that the message may be a replay, or from a clock that is ahead.
    case expired
    case forged
  }

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

  func verdict(on payload: [UInt8], secrets: [WebhookSecret], now: Int64) -> Verdict {
    let message = Array(timeText.utf8) + [UInt8(ascii: ".")] + payload
    let isStripes = secrets.contains { secret in
      codes.contains { HMACSHA256.isValid($0, for: message, key: Array(secret.secret.value.utf8)) }
    }
    guard isStripes else { return .forged }
    return (now - Self.tolerance...now + Self.tolerance).contains(time) ? .genuine : .expired
  }

  private static func bytes(_ hexadecimal: Substring) -> [UInt8]? {
    guard let bytes = Hexadecimal.bytes(hexadecimal), bytes.count == HMACSHA256.byteCount else { return nil }
    return bytes
  }
}
