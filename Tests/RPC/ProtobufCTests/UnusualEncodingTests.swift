import TestMessages
import Testing

@testable import ProtobufC

/// What protobuf allows, and hardly any encoder writes. protobuf-c alone refuses it, or loses parts of it.
@Suite("Unusual encodings")
struct UnusualEncodingTests {
  /// Field 3 in wire types that no field of these messages has there.
  private static let fixed32: [UInt8] = [3 << 3 | 5, 0, 0, 0, 0]
  private static let fixed64: [UInt8] = [3 << 3 | 1, 0, 0, 0, 0, 0, 0, 0, 0]
  private static let group = WireBytes.varint(3 << 3 | 3) + WireBytes.field(1, [1, 2]) + WireBytes.varint(3 << 3 | 4)

  @Test("of a field in another wire type than its own are skipped, as those of unknown fields are")
  func otherWireTypes() throws {
    let known = WireBytes.field(3, varint: 4) + WireBytes.field(14, [0x61])
    let expected = Scalars(int32Value: 4, stringValue: "a")
    let others = [
      WireBytes.field(14, varint: 1), WireBytes.field(3, [1, 2]), Self.fixed32, Self.fixed64, Self.group,
    ]
    for other in others {
      #expect(try Scalars(serializedBytes: other + known) == expected, "\(other)")
      #expect(try Scalars(serializedBytes: known + other) == expected, "\(other)")
    }
    let lists = WireBytes.field(3, [1]) + Self.fixed32 + WireBytes.field(3, varint: 2)
    #expect(try Lists(serializedBytes: lists).int32s == [1, 2])
    let tree = WireBytes.field(2, varint: 1) + WireBytes.field(4, varint: 1) + WireBytes.field(4, [])
    #expect(try Tree(serializedBytes: tree) == Tree(branches: [Tree()]))
  }

  @Test("of groups are skipped with all that is in them, wherever they lie")
  func groups() throws {
    let unknown = WireBytes.varint(500 << 3 | 3) + Self.group + WireBytes.varint(500 << 3 | 4)
    let name = WireBytes.field(1, [0x61])
    #expect(try Tree(serializedBytes: unknown + name + unknown) == Tree(name: "a"))
    let inner = WireBytes.field(4, WireBytes.field(2, unknown + name))
    #expect(try Tree(serializedBytes: inner) == Tree(branches: [Tree(left: Tree(name: "a"))]))
  }

  @Test("of one message in several parts are merged: last numbers, all elements, parts of parts")
  func merged() throws {
    let first = WireBytes.field(1, [0x61]) + WireBytes.field(2, WireBytes.field(1, [0x62])) + WireBytes.field(4, [])
    let second = WireBytes.field(2, WireBytes.field(4, [])) + WireBytes.field(1, [0x63]) + WireBytes.field(4, [])
    let expected = Tree(left: Tree(name: "c", left: Tree(name: "b", branches: [Tree()]), branches: [Tree(), Tree()]))
    #expect(try Tree(serializedBytes: WireBytes.field(2, first) + WireBytes.field(2, second)) == expected)
    let between = WireBytes.field(2, first) + WireBytes.field(3, []) + WireBytes.field(2, second)
    #expect(try Tree(serializedBytes: between).left == expected.left)
    // Nothing about an element of what repeats is merged.
    #expect(try Tree(serializedBytes: WireBytes.field(4, first) + WireBytes.field(4, second)).branches.count == 2)
  }

  @Test("of a oneof's message in several parts are merged, unless another member came between")
  func oneofs() throws {
    let first = WireBytes.field(6, WireBytes.field(3, varint: 5))
    let second = WireBytes.field(6, WireBytes.field(14, [0x61]))
    let flag = WireBytes.field(2, varint: 1)
    func choice(_ bytes: [UInt8]) throws -> Choice.WhatWasChosen? {
      try Choice(serializedBytes: bytes).whatWasChosen
    }
    #expect(try choice(first + second) == .scalars(Scalars(int32Value: 5, stringValue: "a")))
    #expect(try choice(first + flag + second) == .scalars(Scalars(stringValue: "a")))
    #expect(try choice(first + second + flag) == .flag(true))
    #expect(try choice(flag + first + second + first) == .scalars(Scalars(int32Value: 5, stringValue: "a")))
  }

  @Test("of a map's value in several parts are merged within their entry")
  func mapValues() throws {
    let parts = WireBytes.field(2, WireBytes.field(3, varint: 5)) + WireBytes.field(2, WireBytes.field(14, [0x61]))
    let entry = WireBytes.field(2, WireBytes.field(1, varint: 7) + parts)
    #expect(try Maps(serializedBytes: entry).byInt32 == [7: Scalars(int32Value: 5, stringValue: "a")])
  }

  @Test("that are merged on every level take time by their length, not by their combinations")
  func merging() throws {
    var tree: [UInt8] = WireBytes.field(1, [UInt8](repeating: 0x61, count: 1 << 20))
    for _ in 0..<98 { tree = WireBytes.field(2, []) + WireBytes.field(2, tree) }
    let clock = ContinuousClock()
    var decoded: Tree?
    let duration = try clock.measure { decoded = try Tree(serializedBytes: tree) }
    #expect(decoded?.left?.left?.left != nil)
    #expect(duration < .seconds(10))
  }
}
