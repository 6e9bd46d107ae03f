package import ProtobufWire

// The fields are those of google/rpc/status.proto, google/rpc/error_details.proto, google/protobuf/any.proto and
// google/protobuf/duration.proto.

extension GRPCStatus {
  /// The serialized `google.rpc.Status` for `grpc-status-details-bin`, or nil when there are no details to send.
  package var serializedDetails: [UInt8]? {
    guard !details.isEmpty else { return nil }
    var writer = WireWriter()
    if code.rawValue != 0 { writer.write(1, signed: Int64(code.rawValue)) }
    if !message.isEmpty { writer.write(2, string: message) }
    for detail in details {
      writer.write(3) { any in
        any.write(1, string: detail.typeURL)
        any.write(2, bytes: detail.serializedValue)
      }
    }
    return writer.bytes
  }

  /// Decodes the details of a serialized `google.rpc.Status`.
  ///
  /// Ignores its code and message: the `grpc-status` and `grpc-message` trailers are authoritative.
  package static func details(serialized bytes: [UInt8]) throws(WireError) -> [StatusDetail] {
    var details: [StatusDetail] = []
    var status = WireReader(bytes)
    while let field = try status.next() {
      guard field.number == 3, let anyBytes = field.bytes else { continue }
      var typeURL = ""
      var value: ArraySlice<UInt8> = []
      var any = WireReader(anyBytes)
      while let field = try any.next() {
        switch field.number {
        case 1: typeURL = field.string ?? typeURL
        case 2: value = field.bytes ?? value
        default: break
        }
      }
      details.append(StatusDetail(typeURL: typeURL, value: value))
    }
    return details
  }
}

extension StatusDetail {
  private static let typeURLPrefix = "type.googleapis.com/"

  /// The `type_url` of the detail's `google.protobuf.Any`.
  package var typeURL: String {
    switch self {
    case .errorInfo: Self.typeURLPrefix + "google.rpc.ErrorInfo"
    case .retryInfo: Self.typeURLPrefix + "google.rpc.RetryInfo"
    case .badRequest: Self.typeURLPrefix + "google.rpc.BadRequest"
    case .any(let typeURL, _): typeURL
    }
  }

  /// The `value` of the detail's `google.protobuf.Any`.
  package var serializedValue: [UInt8] {
    switch self {
    case .errorInfo(let info): info.serialized
    case .retryInfo(let info): info.serialized
    case .badRequest(let request): request.serialized
    case .any(_, let value): value
    }
  }

  init(typeURL: String, value: ArraySlice<UInt8>) {
    // The type name follows the last slash; the prefix may be any host.
    let typeName = typeURL.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let known: StatusDetail? =
      switch typeName {
      case "google.rpc.ErrorInfo": (try? ErrorInfo(serialized: value)).map(StatusDetail.errorInfo)
      case "google.rpc.RetryInfo": (try? RetryInfo(serialized: value)).map(StatusDetail.retryInfo)
      case "google.rpc.BadRequest": (try? BadRequest(serialized: value)).map(StatusDetail.badRequest)
      default: nil
      }
    self = known ?? .any(typeURL: typeURL, value: Array(value))
  }
}

extension ErrorInfo {
  var serialized: [UInt8] {
    var writer = WireWriter()
    if !reason.isEmpty { writer.write(1, string: reason) }
    if !domain.isEmpty { writer.write(2, string: domain) }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      writer.write(3) { entry in
        entry.write(1, string: key)
        entry.write(2, string: value)
      }
    }
    return writer.bytes
  }

  init(serialized bytes: ArraySlice<UInt8>) throws(WireError) {
    self.init(reason: "", domain: "")
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: reason = field.string ?? reason
      case 2: domain = field.string ?? domain
      case 3:
        guard let entryBytes = field.bytes else { continue }
        var key = ""
        var value = ""
        var entry = WireReader(entryBytes)
        while let field = try entry.next() {
          switch field.number {
          case 1: key = field.string ?? key
          case 2: value = field.string ?? value
          default: break
          }
        }
        metadata[key] = value
      default: break
      }
    }
  }
}

extension RetryInfo {
  /// Clamps a delay to the range of `google.protobuf.Duration`, about ±10 000 years.
  private static func clamp(_ delay: Duration) -> Duration {
    let limit = Duration.seconds(315_576_000_000)
    return min(max(delay, .zero - limit), limit)
  }

  var serialized: [UInt8] {
    let (seconds, attoseconds) = Self.clamp(retryDelay).components
    let nanoseconds = attoseconds / 1_000_000_000
    var writer = WireWriter()
    writer.write(1) { duration in
      if seconds != 0 { duration.write(1, signed: seconds) }
      if nanoseconds != 0 { duration.write(2, signed: nanoseconds) }
    }
    return writer.bytes
  }

  init(serialized bytes: ArraySlice<UInt8>) throws(WireError) {
    retryDelay = .zero
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      guard field.number == 1, let durationBytes = field.bytes else { continue }
      // A delay out of range would trap callers that convert it to 64-bit seconds.
      retryDelay = Self.clamp(try Self.duration(serialized: durationBytes))
    }
  }

  private static func duration(serialized bytes: ArraySlice<UInt8>) throws(WireError) -> Duration {
    var (seconds, nanoseconds) = (Int64(0), Int32(0))
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      guard let value = field.varint else { continue }
      switch field.number {
      case 1: seconds = Int64(bitPattern: value)
      case 2: nanoseconds = Int32(truncatingIfNeeded: value)
      default: break
      }
    }
    return .seconds(seconds) + .nanoseconds(nanoseconds)
  }
}

extension BadRequest {
  var serialized: [UInt8] {
    var writer = WireWriter()
    for violation in fieldViolations {
      writer.write(1) { message in
        if !violation.field.isEmpty { message.write(1, string: violation.field) }
        if !violation.description.isEmpty { message.write(2, string: violation.description) }
      }
    }
    return writer.bytes
  }

  init(serialized bytes: ArraySlice<UInt8>) throws(WireError) {
    self.init(fieldViolations: [])
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      guard field.number == 1, let violationBytes = field.bytes else { continue }
      var violation = FieldViolation(field: "", description: "")
      var message = WireReader(violationBytes)
      while let field = try message.next() {
        switch field.number {
        case 1: violation.field = field.string ?? violation.field
        case 2: violation.description = field.string ?? violation.description
        default: break
        }
      }
      fieldViolations.append(violation)
    }
  }
}
