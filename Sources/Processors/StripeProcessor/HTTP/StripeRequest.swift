import Encodings
import Ledger

/// A request to Stripe's API.
struct StripeRequest {
  enum Method: String {
    case get = "GET"
    case post = "POST"
  }

  /// The maximum length of an idempotency key, in bytes (https://docs.stripe.com/api/idempotent_requests).
  private static let longestKey = 255

  let method: Method
  /// The path after `/v1/`.
  let path: String
  let fields: [(name: String, value: String)]
  /// The idempotency key, which every POST has so that it can be repeated after any failure.
  let idempotencyKey: String?

  static func get(_ path: String, _ fields: [(String, String)] = []) -> StripeRequest {
    StripeRequest(method: .get, path: path, fields: fields, idempotencyKey: nil)
  }

  static func post(_ path: String, key: String, _ fields: [(String, String)] = []) -> StripeRequest {
    StripeRequest(method: .post, path: path, fields: fields, idempotencyKey: key)
  }

  private init(method: Method, path: String, fields: [(String, String)], idempotencyKey: String?) {
    self.method = method
    self.path = path
    self.fields = fields.map { (name: $0.0, value: $0.1) }
    self.idempotencyKey = idempotencyKey
  }

  /// The fields, encoded as `application/x-www-form-urlencoded` (HTML) for a body or a query.
  var form: String {
    fields.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
  }

  /// The request without ids, some of which are secret, such as `POST payment_methods/…/attach`.
  var summary: String {
    let names = path.split(separator: "/").enumerated().map { place, name in
      place % 2 == 0 || name == "search" ? name : "…"
    }
    return "\(method.rawValue) \(names.joined(separator: "/"))"
  }

  /// Checks what would not arrive as it is. A key with a line break would be sent as no header at all, and the request
  /// would then have its effect each time.
  func validate() throws(ProcessorFailure) {
    if let idempotencyKey {
      let isPrintable = idempotencyKey.utf8.allSatisfy { (0x21...0x7E).contains($0) }
      guard isPrintable, (1...Self.longestKey).contains(idempotencyKey.utf8.count) else {
        throw .rejected("the idempotency key has other characters than printable ASCII")
      }
    }
    for (name, value) in fields where value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      throw .rejected("the value of \(name) has a control character")
    }
  }
}

/// Stripe's search language (https://docs.stripe.com/search#search-query-language). Search compares without case, so found
/// objects have to be compared again.
enum StripeSearch {
  static func query(_ metadataName: String, _ value: String) -> String {
    var quoted = ""
    for character in value {
      if character == "'" || character == "\\" { quoted += "\\" }
      quoted.append(character)
    }
    return "metadata['\(metadataName)']:'\(quoted)'"
  }
}
