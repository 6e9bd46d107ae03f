/// A request to Stripe's API.
struct StripeRequest {
  enum Method: String {
    case get = "GET"
    case post = "POST"
  }

  let method: Method
  /// After `/v1/`.
  let path: String
  let fields: [(name: String, value: String)]
  /// Every POST has one: whatever breaks, it can be sent again.
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

  /// The fields as a form (HTML, `application/x-www-form-urlencoded`), or as a query.
  var form: String {
    fields.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }.joined(separator: "&")
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        escaped.unicodeScalars.append(UnicodeScalar(byte))
      default:
        escaped += "%" + String(byte >> 4, radix: 16, uppercase: true) + String(byte & 0xF, radix: 16, uppercase: true)
      }
    }
    return escaped
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
