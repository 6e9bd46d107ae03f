import CCurl
import Synchronization

/// One request on its way, and what has come of its response.
///
/// `@unchecked Sendable`: the result is behind a lock; all else belongs to the loop's thread once the transfer has begun.
final class Transfer: @unchecked Sendable {
  typealias Outcome = Result<HTTPResponse, HTTPFailure>

  private struct Waiting {
    var outcome: Outcome?
    var continuation: CheckedContinuation<Outcome, Never>?
  }

  private let request: HTTPRequest
  private let limits: HTTPClient.Limits
  private let end: ContinuousClock.Instant
  private let waiting = Mutex(Waiting())

  /// libcurl's handle, while the loop has the transfer.
  private(set) var handle: UnsafeMutableRawPointer?
  private var fieldList: UnsafeMutablePointer<curl_slist>?
  private var body: [UInt8] = []
  private var fields: [String: String] = [:]
  private var headBytes = 0
  private var isTooLong = false

  init(_ request: HTTPRequest, limits: HTTPClient.Limits, end: ContinuousClock.Instant) {
    self.request = request
    self.limits = limits
    self.end = end
  }

  // MARK: The result

  /// Sets who awaits the result. Returns false if there is one already.
  func wait(with continuation: CheckedContinuation<Outcome, Never>) -> Bool {
    let outcome = waiting.withLock { waiting -> Outcome? in
      if waiting.outcome == nil { waiting.continuation = continuation }
      return waiting.outcome
    }
    if let outcome { continuation.resume(returning: outcome) }
    return outcome == nil
  }

  /// Sets the result. Returns false if there is one already, which stays.
  @discardableResult
  func finish(_ outcome: Outcome) -> Bool {
    let (isFirst, continuation) = waiting.withLock { waiting in
      guard waiting.outcome == nil else { return (false, nil as CheckedContinuation<Outcome, Never>?) }
      waiting.outcome = outcome
      defer { waiting.continuation = nil }
      return (true, waiting.continuation)
    }
    continuation?.resume(returning: outcome)
    return isFirst
  }

  // MARK: On the loop's thread

  /// Makes libcurl's handle. Returns nil if the transfer has its result already, or gets it here.
  func begin() -> UnsafeMutableRawPointer? {
    guard waiting.withLock({ $0.outcome == nil }) else { return nil }
    let left = end - .now
    guard left > .zero else {
      finish(.failure(.timedOut))
      return nil
    }
    guard request.isValid, let handle = curl_easy_init() else {
      finish(.failure(.requestInvalid))
      return nil
    }
    self.handle = handle
    guard configure(handle, milliseconds: max(1, Int(left / .milliseconds(1)))) else {
      finish(.failure(.requestInvalid))
      free(handle)
      return nil
    }
    return handle
  }

  /// Ends the transfer, which libcurl has let go of.
  ///
  /// - Parameter code: libcurl's result; nil if the transfer is given up.
  func complete(_ code: CURLcode?) {
    guard let handle else { return }
    if let code {
      let status = credits_curl_status(handle)
      if code == CURLE_OK {
        finish(.success(HTTPResponse(status: status, body: body, fields: fields)))
      } else {
        finish(.failure(isTooLong ? .tooLong : HTTPFailure(code)))
      }
    } else {
      finish(.failure(.cancelled))
    }
    free(handle)
  }

  private func free(_ handle: UnsafeMutableRawPointer) {
    curl_easy_cleanup(handle)
    curl_slist_free_all(fieldList)
    (self.handle, fieldList) = (nil, nil)
  }

  private func configure(_ handle: UnsafeMutableRawPointer, milliseconds: Int) -> Bool {
    // Without `Expect`, libcurl would wait for the server's consent before it sends a long body.
    for text in request.fields.map({ "\($0.name): \($0.value)" }) + ["Expect:"] {
      guard let list = curl_slist_append(fieldList, text) else { return false }
      fieldList = list
    }
    var codes = [
      credits_curl_set_text(handle, CURLOPT_URL, request.url),
      credits_curl_set_fields(handle, fieldList),
      credits_curl_set_number(handle, CURLOPT_TIMEOUT_MS, milliseconds),
      credits_curl_use_http_1_1(handle),
      // Signals would interrupt other threads.
      credits_curl_set_number(handle, CURLOPT_NOSIGNAL, 1),
      credits_curl_set_receivers(
        handle,
        { Transfer.receive($0, $1 * $2, $3) { $0.takeHead($1) } },
        { Transfer.receive($0, $1 * $2, $3) { $0.takeBody($1) } },
        Unmanaged.passUnretained(self).toOpaque()
      ),
    ]
    if case .post(let body) = request.method {
      codes.append(body.withUnsafeBytes { credits_curl_set_body(handle, $0.baseAddress, $0.count) })
    }
    return codes.allSatisfy { $0 == CURLE_OK }
  }

  /// Returns the number of bytes that were taken. Any other than `count` ends the transfer.
  private static func receive(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?,
    _ take: (Transfer, UnsafeRawBufferPointer) -> Bool
  ) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    if take(transfer, UnsafeRawBufferPointer(start: bytes, count: count)) { return count }
    transfer.isTooLong = true
    return 0
  }

  /// Takes one line of the head, or of a trailer.
  private func takeHead(_ line: UnsafeRawBufferPointer) -> Bool {
    headBytes += line.count
    guard headBytes <= limits.headBytes else { return false }
    let text = String(decoding: line, as: UTF8.self)
    // A new head, after an interim response (100) or that of a proxy.
    if text.hasPrefix("HTTP/") { fields = [:] }
    guard let colon = text.firstIndex(of: ":") else { return true }
    let value = text[text.index(after: colon)...].trimmed
    fields[text[..<colon].lowercased()] = String(value)
    return true
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= limits.bodyBytes else { return false }
    body.append(contentsOf: bytes)
    return true
  }
}

extension Substring {
  /// Without spaces, tabs and line ends at both sides.
  fileprivate var trimmed: Substring {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return self[first...last]
  }
}

extension HTTPRequest {
  /// Whether all texts arrive as they are.
  fileprivate var isValid: Bool {
    let texts = [url] + fields.flatMap { [$0.name, $0.value] }
    return texts.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
      && fields.allSatisfy { !$0.value.isEmpty }
  }
}

extension HTTPFailure {
  /// Converts a result of libcurl (libcurl-errors(3)).
  fileprivate init(_ code: CURLcode) {
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self = .requestInvalid
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: self = .unreachable
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CERTPROBLEM, CURLE_USE_SSL_FAILED:
      self = .untrusted
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE: self = .connectionLost
    case CURLE_OPERATION_TIMEDOUT: self = .timedOut
    default: self = .other(String(cString: curl_easy_strerror(code)))
    }
  }
}
