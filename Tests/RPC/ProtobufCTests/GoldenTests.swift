import Foundation
import ProtobufC
import TestMessages
import Testing

@Suite("Messages against what protoc encodes")
struct GoldenTests {
  static func bytes(_ base64: String) throws -> [UInt8] {
    try [UInt8](#require(Data(base64Encoded: base64)))
  }

  static let scalars = Scalars(
    doubleValue: -1.5,
    floatValue: 3.25,
    int32Value: -7,
    int64Value: .min,
    uint32Value: .max,
    uint64Value: .max,
    sint32Value: .min,
    sint64Value: -2,
    fixed32Value: 305_419_896,
    fixed64Value: 1_311_768_467_463_790_320,
    sfixed32Value: -3,
    sfixed64Value: -4,
    boolValue: true,
    stringValue: "grüß 👋 dich",
    bytesValue: [0, 255, 1],
    color: .infrared
  )

  static let lists = Lists(
    doubles: [1.5, -0.25],
    floats: [0.5, 0],
    int32s: [1, -1, 300],
    int64s: [0, .max],
    uint32s: [.max],
    uint64s: [.max, 1],
    sint32s: [-1, 1],
    sint64s: [.min],
    fixed32s: [1, 2],
    fixed64s: [3],
    sfixed32s: [-5],
    sfixed64s: [-6, 6],
    bools: [true, false, true],
    strings: ["", "a", "é"],
    byteStrings: [[], [1, 0]],
    colors: [.red, .infrared, .unspecified],
    loose: [1, 2, 3],
    messages: [Scalars(), Scalars(int32Value: 5)]
  )

  static let maps = Maps(
    byString: ["k": "v"],
    byInt32: [-1: Scalars(stringValue: "minus")],
    byBool: [true: [0]],
    bySint64: [-5: .red],
    byFixed64: [9: 0.5]
  )

  static let tree = Tree(
    name: "root",
    left: Tree(name: "l", right: Tree(name: "lr")),
    branches: [Tree(name: "b0"), Tree(named: ["n": Tree(name: "deep")])],
    graft: .scion(Tree(graft: .label("leaf"))),
    detour: Detour(back: Tree(name: "home"))
  )

  @Test("every scalar type is read and written as protoc does")
  func scalarTypes() throws {
    let golden = try Self.bytes(scalarsGolden)
    #expect(try Scalars(serializedBytes: golden) == Self.scalars)
    #expect(try Self.scalars.serializedBytes() == golden)
  }

  @Test("every repeated type is read and written as protoc does, packed or not")
  func repeatedTypes() throws {
    let golden = try Self.bytes(listsGolden)
    #expect(try Lists(serializedBytes: golden) == Self.lists)
    #expect(try Self.lists.serializedBytes() == golden)
  }

  @Test("maps are read and written as protoc does")
  func mapTypes() throws {
    let golden = try Self.bytes(mapsGolden)
    #expect(try Maps(serializedBytes: golden) == Self.maps)
    #expect(try Maps(serializedBytes: Self.maps.serializedBytes()) == Self.maps)
    #expect(try Self.maps.serializedBytes().count == golden.count)
  }

  @Test("a message that is recursive in every way is read and written as protoc does")
  func recursion() throws {
    let golden = try Self.bytes(treeGolden)
    #expect(try Tree(serializedBytes: golden) == Self.tree)
    #expect(try Self.tree.serializedBytes() == golden)
  }

  @Test("a message at its defaults is encoded as zero bytes")
  func defaults() throws {
    #expect(try Scalars().serializedBytes() == [])
    #expect(try Scalars(serializedBytes: []) == Scalars())
    #expect(try Lists(serializedBytes: []) == Lists())
    #expect(try Nothing(serializedBytes: []) == Nothing())
    #expect(try Nothing().serializedBytes() == [])
  }
}
