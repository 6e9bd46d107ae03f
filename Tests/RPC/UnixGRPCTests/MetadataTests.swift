import Testing

@testable import UnixGRPC

@Suite("Metadata")
struct MetadataTests {
  private func headerFields(_ metadata: Metadata) throws(MetadataError) -> [String] {
    var fields: [String] = []
    try metadata.forEachHeaderField { name, value in
      fields.append(String(decoding: name, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self))
    }
    return fields
  }

  @Test("keeps the order and all values of a key")
  func multiMap() {
    var metadata: Metadata = ["b": "1", "a": "2"]
    metadata.add("B", "3")
    #expect(metadata.map(\.key) == ["b", "a", "b"])
    #expect(metadata["b"] == "1")
    #expect(metadata.values("B") == [.text("1"), .text("3")])
    metadata.set("b", "4")
    #expect(metadata.values("b") == [.text("4")])
    #expect(metadata["missing"] == nil)
  }

  @Test("holds bytes exactly under keys that end in -bin")
  func binary() throws {
    var metadata: Metadata = ["t-bin": "hi", "b-bin": .binary([0xFF])]
    metadata.add("plain", "x")
    #expect(metadata[binary: "T-Bin"] == Array("hi".utf8))
    #expect(metadata["t-bin"] == nil)
    #expect(try headerFields(metadata) == ["t-bin=aGk", "b-bin=/w", "plain=x"])
  }

  @Test(
    "is rejected when sent with an invalid key or value",
    arguments: [
      (["": "x"], .keyInvalid("")), (["a b": "x"], .keyInvalid("a b")), ([":path": "x"], .keyInvalid(":path")),
      (["é": "x"], .keyInvalid("é")), (["grpc-x": "x"], .keyReserved("grpc-x")), (["TE": "x"], .keyReserved("te")),
      (["grpc-x-bin": "x"], .keyReserved("grpc-x-bin")), (["a": "b\r\nc: d"], .textNotPrintable(key: "a")),
      (["a": "\u{7F}"], .textNotPrintable(key: "a")), (["a": .binary([1])], .binaryUnderTextKey("a")),
    ] as [(Metadata, MetadataError)]
  )
  func refused(metadata: Metadata, error: MetadataError) {
    #expect(throws: error) { try headerFields(metadata) }
  }

  @Test("drops outer spaces of text values, which HTTP/2 forbids")
  func outerSpaces() throws {
    #expect(try headerFields(["a": "  x y ", "b": "   "]) == ["a=x y", "b="])
  }

  @Test("decodes a list of base64 values, padded or not")
  func received() throws {
    var metadata = Metadata()
    try metadata.addReceived(name: Array("k-bin".utf8).span, value: Array("aGk=, /w,,aGk".utf8).span)
    try metadata.addReceived(name: Array("k".utf8).span, value: Array("a, b".utf8).span)
    #expect(
      metadata.values("k-bin") == [.binary([0x68, 0x69]), .binary([0xFF]), .binary([]), .binary([0x68, 0x69])]
    )
    #expect(metadata.values("k") == [.text("a, b")])
    #expect(throws: MetadataError.base64Invalid(key: "k-bin")) {
      try metadata.addReceived(name: Array("k-bin".utf8).span, value: Array("aGk,a".utf8).span)
    }
  }
}

@Suite("grpc-timeout")
struct GRPCTimeoutTests {
  @Test(
    "is parsed in every unit",
    arguments: [
      ("1n", 1), ("2u", 2_000), ("3m", 3_000_000), ("4S", 4_000_000_000), ("5M", 300_000_000_000),
      ("6H", 21_600_000_000_000), ("0n", 0), ("00000001S", 1_000_000_000), ("99999999H", Int64.max),
    ]
  )
  func read(text: String, nanoseconds: Int64) {
    #expect(GRPCTimeout(headerValue: Array(text.utf8).span)?.nanoseconds == nanoseconds)
  }

  @Test("is rejected if malformed", arguments: ["", "1", "S", "123456789S", "-1S", "1.5S", "1s", "1 S", "1Sx"])
  func refused(text: String) {
    #expect(GRPCTimeout(headerValue: Array(text.utf8).span) == nil)
  }

  @Test(
    "is written in the finest unit that fits",
    arguments: [
      (.nanoseconds(99_999_999), "99999999n"), (.nanoseconds(100_000_000), "100000u"), (.seconds(10), "10000000u"),
      (.seconds(100), "100000m"), (.seconds(100_000), "100000S"), (.seconds(6_000_000_000), "1666666H"),
      (.zero, "0n"), (.seconds(-5), "0n"), (.seconds(Int64.max), "2562047H"),
    ] as [(Duration, String)]
  )
  func written(duration: Duration, text: String) {
    #expect(GRPCTimeout(duration).headerValue == Array(text.utf8))
  }

  @Test("never overstates the remaining time, and understates it by at most 1/100 000")
  func rounding() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let nanoseconds =
        Int64.random(in: 0...Int64.max, using: &generator) >> Int64.random(in: 0...62, using: &generator)
      let timeout = GRPCTimeout(.nanoseconds(nanoseconds))
      let value = timeout.headerValue
      #expect(value.count <= 9)
      let read = GRPCTimeout(headerValue: value.span)
      let nanosecondsRead = try #require(read).nanoseconds
      #expect(nanosecondsRead <= nanoseconds)
      #expect(nanoseconds - nanosecondsRead <= nanoseconds / 100_000)
    }
  }
}
