import Testing

@testable import UnixGRPC

@Suite("The protocol buffer wire format")
struct WireTests {
  private func fields(_ bytes: [UInt8]) throws(WireError) -> [WireField] {
    var reader = WireReader(bytes)
    var fields: [WireField] = []
    while let field = try reader.next() { fields.append(field) }
    return fields
  }

  @Test("is read back as written")
  func roundTrip() throws {
    var writer = WireWriter()
    writer.write(1, varint: .max)
    writer.write(2, signed: -1)
    writer.write(536_870_911, string: "héllo")
    writer.write(4) { $0.write(1, bytes: [9, 8]) }
    #expect(
      try fields(writer.bytes) == [
        WireField(number: 1, value: .varint(.max)),
        WireField(number: 2, value: .varint(.max)),
        WireField(number: 536_870_911, value: .lengthDelimited(Array("héllo".utf8)[...])),
        WireField(number: 4, value: .lengthDelimited([0x0A, 2, 9, 8])),
      ]
    )
  }

  @Test("has fixed values in little-endian order")
  func fixed() throws {
    #expect(
      try fields([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x0D, 1, 2, 3, 0xFF]) == [
        WireField(number: 1, value: .fixed64(0x0807_0605_0403_0201)),
        WireField(number: 1, value: .fixed32(0xFF03_0201)),
      ]
    )
  }

  @Test("has groups that are skipped whole")
  func groups() throws {
    let group: [UInt8] = [0x0B, 0x10, 5, 0x1B, 0x1C, 0x0C]
    #expect(try fields(group + [0x10, 7]) == [WireField(number: 2, value: .varint(7))])
  }

  @Test(
    "is refused when broken",
    arguments: [
      ([0x08], .truncated), ([0x80], .truncated), ([0x09, 1, 2], .truncated), ([0x0D, 1], .truncated),
      ([0x0A, 2, 1], .truncated), ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], .truncated),
      ([0x08] + [UInt8](repeating: 0x80, count: 10) + [0], .varintTooLong),
      ([0x08] + [UInt8](repeating: 0xFF, count: 9) + [2], .varintTooLong),
      ([0x00, 1], .fieldNumberInvalid), ([0x80, 0x80, 0x80, 0x80, 0x10, 1], .fieldNumberInvalid),
      ([0x0E, 1], .wireTypeInvalid), ([0x0F, 1], .wireTypeInvalid), ([0x0C], .wireTypeInvalid),
      ([0x0B], .truncated), ([0x0B, 0x14], .wireTypeInvalid),
      ([UInt8](repeating: 0x0B, count: 101), .nestingTooDeep),
    ] as [([UInt8], WireError)]
  )
  func refused(bytes: [UInt8], error: WireError) {
    #expect(throws: error) { try fields(bytes) }
  }

  @Test("takes the longest varint there is")
  func longestVarint() throws {
    let bytes: [UInt8] = [0x08] + [UInt8](repeating: 0xFF, count: 9) + [1]
    #expect(try fields(bytes) == [WireField(number: 1, value: .varint(.max))])
  }
}
