import FoundationEssentials

/// The operator's web page to which cardholders return after authenticating a charge.
///
/// If Stripe gives no address for the authentication, cardholders are sent to this page, which then lets Stripe.js handle
/// the intent's next action.
package struct ReturnPage: Sendable {
  /// Thrown for an address that cannot be a return page.
  package struct InvalidAddress: Error, CustomStringConvertible {
    package let description =
      "the return page is not https://HOST/…, or http://localhost/…, without a name, a password, spaces or a # in it"
  }

  private static let longest = 1024

  /// The address without an intent. Stripe adds the intent itself when it sends a cardholder back.
  let address: String

  /// Accepts https, and http only for this machine. The address must be a complete URL (RFC 3986) in ASCII with at most 1024
  /// bytes, because Stripe refuses any other, and only once a cardholder has to authenticate.
  package init(_ address: String) throws(InvalidAddress) {
    let isPrintable = address.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    guard isPrintable, address.utf8.count <= Self.longest, let parts = URLComponents(string: address),
      let host = parts.host, Self.isHost(host), parts.user == nil, parts.password == nil, parts.fragment == nil,
      parts.scheme == "https" || parts.scheme == "http" && ["localhost", "127.0.0.1"].contains(host)
    else { throw InvalidAddress() }
    self.address = address
  }

  /// Whether a text is a name or an address of a host: labels of letters, digits and hyphens (RFC 1123).
  private static func isHost(_ host: String) -> Bool {
    host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
  }

  func address(of intentID: String) -> String {
    address + (address.contains("?") ? "&" : "?") + "payment_intent=" + intentID
  }
}
