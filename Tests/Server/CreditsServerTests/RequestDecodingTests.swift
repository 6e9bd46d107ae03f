import CreditsAPI
import ProtobufDescriptors
import ProtobufWire
import Testing
import UnixGRPC

@Suite("Every field of every request", .timeLimit(.minutes(3)))
struct RequestDecodingTests {
  let directory: TemporaryDirectory
  let every: EveryRequest

  init() throws {
    directory = try TemporaryDirectory()
    every = try EveryRequest()
  }

  private func expectInvalid(_ status: GRPCStatus, _ field: String, _ subject: some CustomStringConvertible) {
    #expect(status.code == .invalidArgument, "\(subject): \(status)")
    #expect(status.errorInfo?.reason == "FIELD_INVALID" && status.errorInfo?.domain == "credits.v1", "\(subject)")
    #expect(status.violations == [field], "\(subject)")
  }

  @Test("that cannot be decoded is refused with the reason FIELD_INVALID, and named")
  func undecodable() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    let texts = every.fields.filter { $0.last.kind == .string }
    #expect(texts.count > 60)
    for field in texts {
      for bad in [[0xFF], [0x61, 0]] as [[UInt8]] {
        let status = try await daemon.status(of: field.call, field.request { $0.write($1, bytes: bad) })
        expectInvalid(status, field.name, field)
      }
    }
    for field in every.fields where field.last.kind == .message {
      // A length that is longer than what follows.
      let status = try await daemon.status(
        of: field.call,
        field.request { writer, number in
          writer.appendTag(number, .lengthDelimited)
          writer.appendVarint(100)
        }
      )
      expectInvalid(status, field.name, field)
    }
    for call in every.calls {
      expectInvalid(try await daemon.status(of: call, [0x07]), "", call.name)
    }
    try await daemon.stop()
  }

  @Test("that came in another wire type, or as a group, counts as if it had not come")
  func otherWireTypes() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    for call in every.calls {
      let expected = try await daemon.status(of: call, [])
      var noise = WireWriter()
      for field in call.input.fields {
        if field.kind.isVarint {
          noise.appendTag(field.number, .fixed32)
          noise.appendFixed32(1)
        } else {
          noise.write(field.number, varint: 1)
        }
        noise.appendTag(field.number, .groupStart)
        noise.appendTag(field.number, .groupEnd)
      }
      #expect(try await daemon.status(of: call, noise.bytes) == expected, "\(call.name)")
    }
    try await daemon.stop()
  }

  @Test("that is a time or a length of time is refused where it is none")
  func times() async throws {
    let daemon = try await TestDaemon(directory: directory.path)
    try await daemon.fund("w", dollars: 10)
    let hold = try await daemon.wallets.placeHold(
      PlaceHoldRequest(idempotencyKey: "h", walletID: "w", amount: WalletServiceTests.usd(1), reason: .call)
    )
    let holdID = try #require(hold.hold?.holdID)
    let names = ["google.protobuf.Timestamp", "google.protobuf.Duration"]
    let fields = every.fields.filter { names.contains($0.last.typeName) }
    #expect(fields.map(\.name).sorted() == ["end_time", "start_time", "ttl", "ttl"])
    // Seconds and nanoseconds.
    let bad: [(Int64, Int64)] = [
      (60, -1), (60, 1_000_000_000), (60, Int64(Int32.min)), (-60, 1), (.max, 0), (.min, 0), (400_000_000_000, 0),
    ]
    for field in fields {
      for (seconds, nanos) in bad {
        // A minute before 1970 with a nanosecond is a time.
        if field.last.typeName == names[0], seconds == -60 { continue }
        var writer = WireWriter()
        writer.append(Self.base(field.call.input, holdID: holdID))
        writer.write(field.last.number) {
          $0.write(1, signed: seconds)
          $0.write(2, signed: nanos)
        }
        expectInvalid(try await daemon.status(of: field.call, writer.bytes), field.name, "\(field) \(seconds) \(nanos)")
      }
    }
    try await daemon.stop()
  }

  /// A request in which everything else is as it should be.
  private static func base(_ input: MessageDescriptor, holdID: String) -> [UInt8] {
    var writer = WireWriter()
    for field in input.fields {
      switch field.name {
      case "idempotency_key": writer.write(field.number, string: "key")
      case "wallet_id": writer.write(field.number, string: "w")
      case "hold_id": writer.write(field.number, string: holdID)
      case "reason": writer.write(field.number, varint: 2)
      case "amount", "additional_amount":
        writer.write(field.number) {
          $0.write(1, string: "USD")
          $0.write(2, signed: 1_000_000)
        }
      default: break
      }
    }
    return writer.bytes
  }
}

extension FieldDescriptor.Kind {
  fileprivate var isVarint: Bool {
    switch self {
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enum: true
    default: false
    }
  }
}
