import Encodings

/// A request to Stripe's API.
struct StripeRequest {
  enum Method: String {
    case get = "GET"
    case post = "POST"
  }

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
}

/// Stripe's search language (https://docs.stripe.com/search#search-query-language).
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
