/// A check of e-mail addresses before anything is done with a card, as strict as Stripe's: what Stripe refuses later leaves
/// a card attached.
enum EmailAddress {
  /// The maximum length, in bytes (RFC 5321).
  private static let longest = 254

  static func isValid(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, text.utf8.count <= longest, (1...64).contains(parts[0].utf8.count) else { return false }
    let isPrintable = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"<>()[],;:\\\"".utf8.contains($0) }
    let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    let localLabels = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    return isPrintable && labels.count > 1 && !labels.contains("") && !localLabels.contains("")
  }
}
