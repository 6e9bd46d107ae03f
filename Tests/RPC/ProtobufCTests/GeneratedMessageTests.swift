import ProtobufC
import ProtobufWellKnown
import TestMessages
import Testing

@Suite("Generated messages")
struct GeneratedMessageTests {
  func roundTrip<Message: ProtobufMessage>(_ message: Message) throws -> Message {
    try Message(serializedBytes: message.serializedBytes())
  }

  @Test(
    "carry each member of a oneof, also at its default",
    arguments: [
      .number(0), .number(-1), .flag(false), .flag(true), .text(""), .text("t"), .data([]), .data([0]),
      .color(.unspecified), .color(.infrared), .scalars(Scalars()), .scalars(Scalars(int32Value: 1)),
      .time(Timestamp(seconds: 5)),
    ] as [Choice.WhatWasChosen]
  )
  func oneofMembers(choice: Choice.WhatWasChosen) throws {
    let message = Choice(whatWasChosen: choice)
    #expect(try roundTrip(message) == message)
  }

  @Test("keep the last member of a oneof that was sent twice")
  func lastOneofMember() throws {
    let bytes =
      WireBytes.field(1, varint: 5) + WireBytes.field(3, Array("last".utf8)) + [0x49] + [0, 0, 0, 0, 0, 0, 0, 0]
    let message = try Choice(serializedBytes: bytes)
    #expect(message.whatWasChosen == .text("last"))
    #expect(message.second == .y(0))
  }

  @Test("keep unknown enum numbers")
  func unknownEnumValues() throws {
    let message = try Scalars(serializedBytes: WireBytes.field(16, varint: 77))
    #expect(message.color == .unrecognized(77))
    #expect(try roundTrip(message) == message)
    #expect(Color(rawValue: 1) == .red)
    #expect(Color(rawValue: -2) == .infrared)
    #expect(Color.unrecognized(-40).rawValue == -40)
    #expect("\(Color.infrared) \(Color.unrecognized(9))" == "COLOR_INFRARED 9")
    let lists = try Lists(serializedBytes: WireBytes.field(16, [1, 9]))
    #expect(lists.colors == [.red, .unrecognized(9)])
  }

  @Test("skip unknown fields of every wire type")
  func unknownFields() throws {
    let unknown: [UInt8] =
      WireBytes.field(500, varint: 1) + WireBytes.field(501, [0xFF, 0])
      + WireBytes.varint(502 << 3 | 1) + [0, 0, 0, 0, 0, 0, 0, 0] + WireBytes.varint(503 << 3 | 5) + [0, 0, 0, 0]
    let known = WireBytes.field(3, varint: 4)
    #expect(try Scalars(serializedBytes: unknown + known + unknown) == Scalars(int32Value: 4))
  }

  @Test("read map entries without key or value as defaults, and the last of equal keys")
  func mapEntries() throws {
    let bytes = WireBytes.field(2, []) + WireBytes.field(2, WireBytes.field(1, varint: 7))
    #expect(try Maps(serializedBytes: bytes) == Maps(byInt32: [0: Scalars(), 7: Scalars()]))
    let twice =
      WireBytes.field(1, [0x0A, 1, 0x61, 0x12, 1, 0x62]) + WireBytes.field(1, [0x0A, 1, 0x61, 0x12, 1, 0x63])
    #expect(try Maps(serializedBytes: twice).byString == ["a": "c"])
  }

  @Test("encode equal maps to equal bytes, in the order of their keys")
  func mapOrder() throws {
    let keys = (0..<50).map { "key\($0)" }
    let forward = Maps(
      byString: Dictionary(uniqueKeysWithValues: keys.map { ($0, "v") }),
      byBool: [true: [1], false: []]
    )
    var backward = Maps(byBool: [false: [], true: [1]])
    for key in keys.reversed() { backward.byString[key] = "v" }
    let bytes = try forward.serializedBytes()
    #expect(try backward.serializedBytes() == bytes)
    let first = try #require(bytes.firstRange(of: Array("key0".utf8)))
    let last = try #require(bytes.firstRange(of: Array("key9".utf8)))
    #expect(first.lowerBound < last.lowerBound)
  }

  @Test("may use names that are reserved in Swift, C and the generator")
  func awkwardNames() throws {
    let message = Awkward(
      pair: .pairMessage(Awkward.Pair(first: 12)),
      type: .self_,
      string: Awkward.String_(init_: "i"),
      self_: "s",
      default: "d",
      return: "r",
      init_: 1,
      in: 2,
      description_: "text",
      hashValue_: 3,
      class: 4,
      func: 5,
      c: 6,
      arena: 7,
      source: 8,
      text: "t",
      value: 9,
      camelCaseField: 10,
      userID: "u",
      url: "l",
      id: 11
    )
    #expect(try roundTrip(message) == message)
    #expect(Awkward.Type_.default.rawValue == 2)
    #expect(Awkward.Type_._3D.rawValue == 3)
    #expect(Awkward.Type_.unrecognized_.rawValue == 4)
  }

  @Test("have value semantics, also if recursive")
  func copies() {
    let original = Tree(left: Tree(name: "a"), graft: .scion(Tree(name: "b")))
    var copy = original
    copy.left?.name = "changed"
    #expect(original.left?.name == "a")
    #expect(copy != original)
    #expect(Set([original, original]).count == 1)
  }

  @Test("show their fields as text, without those at their default")
  func text() {
    #expect(Nothing().description == "Nothing {}")
    #expect(
      Scalars(boolValue: true, stringValue: "a\"b", color: .red).description
        == #"Scalars { bool_value: true string_value: "a\"b" color: COLOR_RED }"#
    )
    #expect("\(Choice(whatWasChosen: .number(0)))" == "Choice { number: 0 }")
    #expect("\([Tree(left: Tree(name: "x"))])" == #"[Tree { left: Tree { name: "x" } }]"#)
  }

  @Test("redact secrets in text, debug text and dumps")
  func secrets() {
    let guarded = Guarded(
      name: "n",
      token: "sesame",
      codes: ["sesame"],
      hidden: Scalars(stringValue: "sesame"),
      proof: .password("sesame")
    )
    #expect(
      guarded.description
        == #"Guarded { name: "n" token: [redacted] codes: [redacted] hidden: [redacted] password: [redacted] }"#
    )
    var dumped = ""
    dump(guarded, to: &dumped)
    for text in ["\(guarded)", String(reflecting: guarded), "\([guarded])", "\(Optional(guarded) as Any)", dumped] {
      #expect(text.contains("redacted"))
      #expect(!text.contains("sesame"))
    }
    #expect(Guarded(proof: .badge(7)).description == "Guarded { badge: 7 }")
    #expect(Guarded().description == "Guarded {}")
  }
}

@Suite("Timestamps")
struct TimestampTests {
  @Test(
    "count microseconds both ways, before 1970 too",
    arguments: [
      (0, 0, 0), (1_500_000, 1, 500_000_000), (-1, -1, 999_999_000), (-1_000_000, -1, 0), (-1_500_000, -2, 500_000_000),
      (Int64.max, 9_223_372_036_854, 775_807_000),
    ] as [(Int64, Int64, Int32)]
  )
  func microseconds(value: Int64, seconds: Int64, nanos: Int32) {
    let timestamp = Timestamp(microsecondsSince1970: value)
    #expect(timestamp == Timestamp(seconds: seconds, nanos: nanos))
    #expect(timestamp.microsecondsSince1970 == value)
  }

  @Test("outside the range of Int64 microseconds give nil")
  func overflow() {
    #expect(Timestamp(seconds: .max).microsecondsSince1970 == nil)
    #expect(Timestamp(seconds: 9_223_372_036_854, nanos: 775_808_000).microsecondsSince1970 == nil)
  }
}
