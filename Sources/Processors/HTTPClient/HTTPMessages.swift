/// A request of HTTP/1.1.
package struct HTTPRequest: Sendable {
  package enum Method: Hashable, Sendable {
    case get
    case post(body: [UInt8])
  }

  /// Absolute, of the scheme http or https.
  package var url: String
  package var method: Method
  /// The fields of the head. Texts with control characters are refused.
  package var fields: [(name: String, value: String)]

  package init(url: String, method: Method, fields: [(name: String, value: String)]) {
    self.url = url
    self.method = method
    self.fields = fields
  }
}

/// A complete response. Redirects and encodings are left to the caller.
package struct HTTPResponse: Hashable, Sendable {
  package var status: Int
  package var body: [UInt8]
  /// Values by names in lowercase. The last one, where a field is repeated.
  var fields: [String: String]

  /// Returns the value of a field.
  ///
  /// - Parameter name: In any case.
  package subscript(_ name: String) -> String? { fields[name.lowercased()] }
}

/// Why there is no response. Descriptions hold nothing of the request.
package enum HTTPFailure: Error, Hashable, Sendable {
  /// The request itself cannot be sent. Nothing was sent.
  case requestInvalid
  /// The host is not found, or refuses connections. Nothing was sent.
  case unreachable
  /// The server does not prove to be the URL's host. Nothing was sent.
  case untrusted
  /// The connection broke.
  case connectionLost
  case timedOut
  /// The head or the body of the response exceeds its limit.
  case tooLong
  case cancelled
  /// Anything else, with libcurl's words for it.
  case other(String)
}
