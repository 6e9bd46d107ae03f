import SeededRandom
import Testing

@testable import UnixGRPC

/// What is read of a connection's bytes before nghttp2 reads them.
@Suite("Frames, as they arrive,")
struct FrameScannerTests {
  private struct Scan: Equatable {
    var bytes: [UInt8] = []
    var frames: [FrameHeader] = []
    var shortened: [Int32] = []
    var largestOutput = 0
  }

  private func scan(_ bytes: [UInt8], inPiecesOf size: Int, sliceUnits: Int = 1000, cost: Int = 10) -> Scan {
    var scanner = FrameScanner(expectsPreface: true)
    var scan = Scan()
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { piece in
        var rest = piece
        while let output = scanner.next(
          from: &rest,
          sliceUnits: sliceUnits,
          began: {
            scan.frames.append($0)
            return cost
          }
        ) {
          switch output {
          case .received(let bytes):
            scan.bytes += bytes
            scan.largestOutput = max(scan.largestOutput, bytes.count)
          case .assembled(let bytes): scan.bytes += bytes
          case .assembledShortened(let bytes, let stream):
            scan.bytes += bytes
            scan.shortened.append(stream)
          }
        }
      }
    }
    return scan
  }

  private static let fields = RawHTTP2Connection.requestFields

  private static let frames: [HTTP2Frame] = [
    .settings([(id: 1, value: 0)]), .settings(), .headers(1, fields), .data(1, [1, 2, 3]), .data(1, []),
    .data(1, [UInt8](repeating: 7, count: 16_384), endStream: true), .ping(), .windowUpdate(0, 1),
    HTTP2Frame(.headers, flags: 0x2C, stream: 3, [2, 0, 0, 0, 0, 16] + HPACK.encode(fields) + [0, 0]),
    .headers(5, fields, endStream: true, endHeaders: false), HTTP2Frame(.continuation, stream: 5),
    HTTP2Frame(.continuation, stream: 5, HPACK.encode([("a", "b")])),
    HTTP2Frame(.continuation, flags: 4, stream: 5, HPACK.encode([("c", "d")])), .reset(5),
  ]

  @Test(
    "pass unchanged and are counted once, whatever the pieces that they come in",
    arguments: [1, 2, 8, 9, 10, 999_999]
  )
  func pieces(size: Int) {
    let bytes = HTTP2Frame.preface + Self.frames.flatMap(\.bytes)
    let scan = scan(bytes, inPiecesOf: size)
    #expect(scan.bytes == bytes)
    #expect(scan.frames.map(\.kind) == Self.frames.map(\.kind))
    #expect(scan.frames.map(\.length) == Self.frames.map(\.payload.count))
    #expect(scan.frames.map { UInt32($0.stream) } == Self.frames.map(\.stream))
    #expect(scan.shortened.isEmpty)
  }

  @Test("are handed on in slices of a limited cost")
  func slices() {
    let pings = [HTTP2Frame](repeating: .ping(), count: 1000).flatMap(\.bytes)
    #expect(scan(HTTP2Frame.preface + pings, inPiecesOf: .max).largestOutput <= 24 + 101 * 17)
    // Each byte of a header block can be a field.
    let block = HTTP2Frame(.headers, flags: 4, stream: 1, [UInt8](repeating: 0x82, count: 16_000)).bytes
    #expect(scan(HTTP2Frame.preface + block, inPiecesOf: .max).largestOutput <= 1000)
    // Data is cheap.
    let data = [HTTP2Frame](repeating: .data(1, [UInt8](repeating: 0, count: 16_384)), count: 4).flatMap(\.bytes)
    #expect(scan(HTTP2Frame.preface + data, inPiecesOf: .max).largestOutput == 24 + 4 * (16_384 + 9))
  }

  @Test("of a header block lose its padding only where the block has several", arguments: [1, 13, 999_999])
  func padding(size: Int) throws {
    let fields = HPACK.encode(Self.fields)
    let padded = HTTP2Frame(.headers, flags: 0x28, stream: 1, [3, 0, 0, 0, 0, 16] + fields + [0, 0, 0])
    let end = HTTP2Frame(.continuation, flags: 4, stream: 1, HPACK.encode([("a", "b")]))
    let scan = scan(HTTP2Frame.preface + padded.bytes + end.bytes, inPiecesOf: size)
    let plain = HTTP2Frame(.headers, flags: 0x20, stream: 1, [0, 0, 0, 0, 16] + fields)
    #expect(scan.bytes == HTTP2Frame.preface + plain.bytes + end.bytes)
  }

  @Test("of a header block with an overlong string become frames of a sound size", arguments: [1000, 16_393, 999_999])
  func overlong(size: Int) throws {
    let long = String(repeating: "v", count: 100_000)
    let block = HPACK.encode(Self.fields + [("p", String(repeating: "p", count: 16_200)), ("x", long), ("after", "1")])
    let scan = scan(HTTP2Frame.preface + HTTP2Frame.headerBlock(7, block), inPiecesOf: size)
    #expect(scan.shortened == [7])
    var rest = scan.bytes.dropFirst(24)
    var decoded: [UInt8] = []
    var flags: [UInt8] = []
    while let frame = HTTP2Frame.take(from: &rest) {
      #expect(frame.payload.count <= 16_384)
      #expect(frame.stream == 7)
      decoded += frame.payload
      flags.append(frame.flags)
    }
    #expect(flags.dropLast().allSatisfy { $0 & 4 == 0 } && flags.last.map { $0 & 4 } == 4)
    #expect(try HPACK.decode(decoded).map(\.name) == Self.fields.map(\.0) + ["p", "x", "after"])
  }

  @Test("or not, any bytes at all pass without a trap", arguments: [1, 2] as [UInt64])
  func random(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<500 {
      let bytes = HTTP2Frame.preface + generator.bytes(upTo: 300, of: [0, 0, 0, 1, 2, 4, 5, 8, 9, 40, 255])
      let whole = scan(bytes, inPiecesOf: .max)
      #expect(scan(bytes, inPiecesOf: 1).frames == whole.frames)
    }
  }
}
