import FoundationEssentials

/// The address of Stripe's API.
package struct StripeAddress: Sendable {
  /// Thrown for an address that is not the origin of an acceptable server.
  package struct InvalidAddress: Error, CustomStringConvertible {
    package let description =
      "the API's address is not https://HOST: http is for servers on this machine, and a path or a name has no place in it"
  }

  package static let stripe = StripeAddress(text: "https://api.stripe.com")

  private let text: String

  private init(text: String) { self.text = text }

  /// Accepts https, and http only for this machine: every request carries the API key, which must not cross a network
  /// unencrypted.
  package init(_ text: String) throws(InvalidAddress) {
    guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty, parts.user == nil,
      parts.query == nil, parts.fragment == nil, parts.path.isEmpty || parts.path == "/",
      parts.scheme == "https" || parts.scheme == "http" && Self.isLocal(host)
    else { throw InvalidAddress() }
    self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  private static func isLocal(_ host: String) -> Bool { ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) }

  func url(_ path: String, query: String) -> String { text + "/v1/" + path + (query.isEmpty ? "" : "?" + query) }
}
