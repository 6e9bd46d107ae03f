import ProtobufWire
import Testing

@testable import DynamicMessages

@Suite("Protobuf's wire format")
struct WireTests {
  private func decode(_ hex: String, as type: MessageType = Fixture.everything) throws -> DynamicMessage {
    try Fixture.decoder.message(Fixture.hex(hex), as: type)
  }

  private func json(_ hex: String, as type: MessageType = Fixture.everything) throws -> String {
    try Fixture.print(decode(hex, as: type))
  }

  @Test(
    "is read as protobuf's own parsers read it",
    arguments: [
      ("", "{}"),
      // The last value of a singular field wins.
      ("18 01 18 02", #"{"anInt32":2}"#),
      // Embedded messages merge.
      ("92 01 03 0A 01 61 92 01 02 10 05", #"{"inner":{"name":"a","amount":"5"}}"#),
      // Packed and unpacked values are mixed.
      ("82 02 02 01 02 80 02 03", #"{"sint32s":[-1,1,-2]}"#),
      ("8A 02 02 01 02 88 02 03", #"{"int64s":["1","2","3"]}"#),
      // Numbers that are too wide lose their upper bits.
      ("18 FF FF FF FF 1F", #"{"anInt32":-1}"#),
      ("68 02", #"{"aBool":true}"#),
      // A map entry without key and value, and a duplicate key.
      ("CA 02 00", #"{"byString":{"":0}}"#),
      ("CA 02 03 0A 01 6B CA 02 05 0A 01 6B 10 07", #"{"byString":{"k":7}}"#),
      ("DA 02 02 08 01", #"{"byUint64":{"1":{}}}"#),
      // The last member of a oneof wins, and a message merges only with the same member.
      ("98 03 01 A2 03 01 61", #"{"choiceText":"a"}"#),
      ("AA 03 02 10 01 98 03 01 AA 03 03 0A 01 61", #"{"choiceInner":{"name":"a"}}"#),
      // A field with an undeclared wire type is unknown.
      ("1D 01 00 00 00", "{}"),
      ("A8 FF 01 01", "{}"),
    ]
  )
  func reading(_ hex: String, _ expected: String) throws {
    #expect(try json(hex) == expected)
  }

  @Test(
    "that is malformed is refused",
    arguments: [
      ("18", .wire(.truncated)), ("18 80", .wire(.truncated)), ("09 00 00", .wire(.truncated)),
      ("72 05 61", .wire(.truncated)),
      ("72 FF FF FF FF 07", .wire(.truncated)),
      ("72 FF FF FF FF FF 01", .wire(.varintTooLong)), ("18 80 80 80 80 80 80 80 80 80 80 01", .wire(.varintTooLong)),
      ("00", .wire(.fieldNumberInvalid)), ("80 80 80 80 10", .wire(.fieldNumberInvalid)),
      ("1E", .wire(.wireTypeInvalid)),
      ("1F", .wire(.wireTypeInvalid)), ("1C", .wire(.groupEndUnexpected)),
      ("A3 FF 01 AC FF 01", .wire(.groupEndUnexpected)),
      ("A3 FF 01", .wire(.truncated)), ("72 01 FF", .utf8Invalid), ("72 03 ED A0 80", .utf8Invalid),
      ("82 02 01 80", .wire(.truncated)), ("CA 02 02 0A 05", .wire(.truncated)),
    ] as [(String, WireDecodingError.Reason)]
  )
  func malformed(_ hex: String, _ reason: WireDecodingError.Reason) throws {
    let error = try #require(throws: WireDecodingError.self) { try decode(hex) }
    #expect(error.reason == reason)
  }

  @Test("a fault names the fields that lead to it")
  func faultPath() throws {
    let error = try #require(throws: WireDecodingError.self) { try decode("9A 01 05 92 01 02 0A 01") }
    #expect(error.path == ["everything", "inner", "name"])
  }

  @Test("messages nest up to the limit, and a bomb of them is refused")
  func depth() throws {
    func nested(_ levels: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      for _ in 1..<levels {
        var output = WireWriter()
        output.write(19, bytes: bytes)
        bytes = output.bytes
      }
      return bytes
    }
    #expect(throws: Never.self) { try Fixture.decoder.message(nested(100), as: Fixture.everything) }
    let error = try #require(throws: WireDecodingError.self) {
      try Fixture.decoder.message(nested(101), as: Fixture.everything)
    }
    #expect(error.reason == .tooDeep)
    let groups = [UInt8](repeating: 0xA3, count: 1).flatMap { [$0, 0xFF, 0x01] as [UInt8] }
    let bomb = (0..<100_000).flatMap { _ in groups }
    #expect(throws: WireDecodingError.self) { try Fixture.decoder.message(bomb, as: Fixture.everything) }
  }

  @Test("unknown fields are preserved")
  func unknownFields() throws {
    let hex = "18 01 A8 FF 01 01 A3 FF 01 08 01 A4 FF 01"
    let message = try decode(hex)
    #expect(message.unknownFields.map(\.number) == [4085, 4084])
    #expect(WireEncoder.bytes(of: message) == Fixture.hex(hex))
  }

  @Test("groups and unpacked numbers of proto2 are written as they are declared")
  func legacy() throws {
    let hex = "0A 01 61 18 01 18 02 23 0A 01 62 13 08 05 14 24"
    let message = try decode(hex, as: Fixture.legacy)
    #expect(try Fixture.print(message) == #"{"name":"a","unpacked":[1,2],"box":{"label":"b","item":[{"weight":"5"}]}}"#)
    #expect(WireEncoder.bytes(of: message) == Fixture.hex(hex))
  }
}
