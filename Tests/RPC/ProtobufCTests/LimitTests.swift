import TestMessages
import Testing

@_spi(CLayout) @testable import ProtobufC

@Suite("Limits of decoding and encoding")
struct LimitTests {
  @Test("100 messages may nest, 101 may not")
  func depthBoundary() throws {
    #expect(try Tree(serializedBytes: WireBytes.nested([2], depth: 100)).left != nil)
    #expect {
      try Tree(serializedBytes: WireBytes.nested([2], depth: 101))
    } throws: { error in
      let error = error as? MessageDecodingError
      return error?.reason == .tooDeep && error?.fieldPath.hasPrefix("left.left.left") == true
    }
  }

  @Test(
    "10 000 levels are refused, through singular, repeated, oneof, map and mutual nesting alike",
    arguments: [[2], [4], [6], [5, 2], [8, 1], [3, 5, 2, 8, 1]]
  )
  func deepNesting(fields: [UInt64]) throws {
    #expect {
      try Tree(serializedBytes: WireBytes.nested(fields, depth: 10000))
    } throws: { error in
      (error as? MessageDecodingError)?.reason == .tooDeep
    }
  }

  @Test("a configured depth is enforced")
  func chosenDepth() throws {
    let limits = DecodingLimits(depth: 3)
    #expect(try Tree(serializedBytes: WireBytes.nested([2], depth: 3), limits: limits).left?.left != nil)
    #expect(throws: MessageDecodingError(.tooDeep, fieldPath: "left.left.left")) {
      try Tree(serializedBytes: WireBytes.nested([2], depth: 4), limits: limits)
    }
  }

  @Test("4 MiB of empty messages, each far larger in memory, are refused")
  func amplification() {
    let bytes = [UInt8](unsafeUninitializedCapacity: 4 << 20) { buffer, count in
      for index in buffer.indices { buffer[index] = [0x92, 0x01, 0x00][index % 3] }
      count = buffer.count / 3 * 3
    }
    #expect(throws: MessageDecodingError(.tooMuchMemory)) {
      try Lists(serializedBytes: bytes)
    }
  }

  @Test("an arena takes no more from the heap than its limit")
  func arenaLimit() {
    withUnsafeTemporaryAllocation(byteCount: arenaStackSize, alignment: arenaAlignment) { buffer in
      let owner = ArenaOwner(buffer: buffer, heapLimit: 100_000)
      withExtendedLifetime(owner) {
        var total = 0
        while owner.arena.reserve(1000) != nil { total += 1000 }
        #expect((95_000...101_024).contains(total))
        #expect(owner.arena.header.pointee.isExhausted)
        #expect(owner.arena.reserve(.max) == nil)
      }
    }
  }

  @Test("memory from an arena is aligned, disjoint and keeps what is written")
  func arenaMemory() {
    withUnsafeTemporaryAllocation(byteCount: arenaStackSize, alignment: arenaAlignment) { buffer in
      let owner = ArenaOwner(buffer: buffer, heapLimit: .max)
      withExtendedLifetime(owner) {
        var parts: [(UnsafeMutableRawPointer, Int)] = []
        for size in [0, 1, 3, 8, 700, 900, 5000, 17, 100_000, 1] {
          guard let memory = owner.arena.reserve(size) else { return #expect(Bool(false), "\(size) bytes refused") }
          #expect(UInt(bitPattern: memory) % UInt(arenaAlignment) == 0)
          memory.initializeMemory(as: UInt8.self, repeating: UInt8(parts.count), count: size)
          parts.append((memory, size))
        }
        for (index, part) in parts.enumerated() {
          let bytes = UnsafeRawBufferPointer(start: part.0, count: part.1)
          #expect(bytes.allSatisfy { $0 == UInt8(index) })
        }
      }
    }
  }

  @Test("legitimate messages of many small parts are accepted")
  func honestParts() throws {
    let map = Maps(byString: Dictionary(uniqueKeysWithValues: (0..<20000).map { ("k\($0)", "v") }))
    #expect(try Maps(serializedBytes: map.serializedBytes()) == map)
    let lists = Lists(
      int32s: [Int32](repeating: 1, count: 100_000),
      strings: [String](repeating: "ab", count: 50_000)
    )
    #expect(try Lists(serializedBytes: lists.serializedBytes()) == lists)
  }

  @Test("messages that receivers would refuse are not encoded")
  func unencodable() {
    var tree = Tree(name: "leaf")
    for _ in 1..<100 { tree = Tree(left: tree) }
    #expect(throws: Never.self) { try tree.serializedBytes() }
    let deep = Tree(branches: [tree])
    #expect(throws: MessageEncodingError.tooDeep) { try deep.serializedBytes() }
    #expect(throws: MessageEncodingError.nulInString(field: "test.v1.Tree.name")) {
      try Tree(left: Tree(name: "a\0b")).serializedBytes()
    }
    #expect(throws: MessageEncodingError.nulInString(field: "test.v1.Lists.strings")) {
      try Lists(strings: ["fine", "\0"]).serializedBytes()
    }
  }
}
