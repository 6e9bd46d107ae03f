import ProtobufWire
import Testing

@testable import UnixGRPC

@Suite("A gRPC status")
struct GRPCStatusTests {
  @Test("names all seventeen codes as the specification does")
  func names() {
    let names = (0...16).map { GRPCStatus.Code(rawValue: $0).name }
    #expect(
      names == [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
      ]
    )
    #expect(GRPCStatus.Code.unauthenticated.rawValue == 16)
    #expect(GRPCStatus.Code(name: "ABORTED") == .aborted)
    #expect(GRPCStatus.Code(rawValue: 99).name == "CODE_99")
    #expect(GRPCStatus.Code(rawValue: -1).name == "CODE_-1")
  }

  @Test(
    "parses its code from digits only",
    arguments: [
      ("0", 0), ("16", 16), ("007", 7), ("99", 99), ("", nil), ("-1", nil), ("1x", nil), ("4294967296", nil),
    ]
  )
  func headerValue(text: String, code: Int?) {
    #expect(GRPCStatus.Code(headerValue: Array(text.utf8).span)?.rawValue == code)
  }

  @Test("carries its details as the google.rpc.Status that other libraries write")
  func detailBytes() {
    let status = GRPCStatus(
      code: .failedPrecondition,
      message: "no",
      details: [
        .errorInfo(ErrorInfo(reason: "R", domain: "d", metadata: ["b": "2", "a": "1"])),
        .retryInfo(RetryInfo(retryDelay: .milliseconds(1500))),
        .badRequest(BadRequest(fieldViolations: [.init(field: "f", description: "x")])),
      ]
    )
    // Written by protoc 3.21 --encode from the same values.
    let expected: [UInt8] =
      [0x08, 9, 0x12, 2, 0x6E, 0x6F]
      + [0x1A, 66, 0x0A, 40] + Array("type.googleapis.com/google.rpc.ErrorInfo".utf8)
      + [0x12, 22, 0x0A, 1, 0x52, 0x12, 1, 0x64]
      + [0x1A, 6, 0x0A, 1, 0x61, 0x12, 1, 0x31, 0x1A, 6, 0x0A, 1, 0x62, 0x12, 1, 0x32]
      + [0x1A, 54, 0x0A, 40] + Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
      + [0x12, 10, 0x0A, 8, 0x08, 1, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]
      + [0x1A, 53, 0x0A, 41] + Array("type.googleapis.com/google.rpc.BadRequest".utf8)
      + [0x12, 8, 0x0A, 6, 0x0A, 1, 0x66, 0x12, 1, 0x78]
    #expect(status.serializedDetails == expected)
  }

  @Test(
    "round-trips every detail",
    arguments: [
      .errorInfo(ErrorInfo(reason: "WALLET_FROZEN", domain: "credits.v1", metadata: ["wallet": "w", "": ""])),
      .errorInfo(ErrorInfo(reason: "", domain: "")),
      .retryInfo(RetryInfo(retryDelay: .seconds(-2) - .nanoseconds(5))),
      .retryInfo(RetryInfo(retryDelay: .zero)),
      .badRequest(BadRequest(fieldViolations: [])),
      .badRequest(
        BadRequest(fieldViolations: [.init(field: "a.b", description: "ünicode"), .init(field: "", description: "")])
      ),
      .any(typeURL: "example.com/x.Y", value: [0, 255]),
      .any(typeURL: "", value: []),
    ] as [StatusDetail]
  )
  func roundTrip(detail: StatusDetail) throws {
    let status = GRPCStatus(code: .aborted, message: "m", details: [detail, detail])
    let bytes = try #require(status.serializedDetails)
    #expect(try GRPCStatus.details(serialized: bytes) == [detail, detail])
  }

  @Test("sends no details when it has none")
  func noDetails() {
    #expect(GRPCStatus(code: .internal, message: "x").serializedDetails == nil)
  }

  @Test("preserves a known detail whose bytes cannot be decoded")
  func brokenDetail() throws {
    let broken = StatusDetail.any(typeURL: "type.googleapis.com/google.rpc.ErrorInfo", value: [0x0A, 9, 1])
    let bytes = try #require(GRPCStatus(code: .internal, message: "", details: [broken]).serializedDetails)
    #expect(try GRPCStatus.details(serialized: bytes) == [broken])
  }

  @Test(
    "clamps a retry delay to the range of the protocol buffer duration, sent or received",
    arguments: [(Int64.max, Duration.seconds(315_576_000_000)), (.min, .seconds(-315_576_000_000))]
  )
  func retryDelayRange(seconds: Int64, clamped: Duration) throws {
    for delay in [Duration.seconds(seconds), .seconds(seconds) * 10] {
      let sent = try RetryInfo(serialized: RetryInfo(retryDelay: delay).serialized[...])
      #expect(sent.retryDelay == clamped)
    }
    var received = WireWriter()
    received.write(1) { duration in
      duration.write(1, signed: seconds)
      duration.write(2, signed: seconds.signum() * 2_147_483_647)
    }
    #expect(try RetryInfo(serialized: received.bytes[...]).retryDelay == clamped)
  }
}

@Suite("The encoding of grpc-message")
struct StatusMessageTests {
  @Test(
    "escapes what is not printable ASCII, the percent sign and outer spaces",
    arguments: [
      ("plain text, with ~!", "plain text, with ~!"), ("100%", "100%25"), ("a\nb\u{7F}", "a%0Ab%7F"), ("é", "%C3%A9"),
      (" x ", "%20x%20"), (" ", "%20"), ("", ""),
    ]
  )
  func encode(message: String, value: String) {
    #expect(StatusMessage.encode(message) == Array(value.utf8))
    #expect(StatusMessage.decode(Array(value.utf8).span) == message)
  }

  @Test(
    "decodes invalid escapes as they are",
    arguments: [("%", "%"), ("%4", "%4"), ("%zz%41", "%zzA"), ("%%41", "%A"), ("%c3%a9", "é"), ("%FF", "\u{FFFD}")]
  )
  func decode(value: String, message: String) {
    #expect(StatusMessage.decode(Array(value.utf8).span) == message)
  }
}
