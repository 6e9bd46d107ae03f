import ProtobufWire
import SeededRandom
import Testing

@testable import UnixGRPC

/// For any input, the parsers return a result or an error, consistent with an independent way of parsing.
@Suite("Hostile bytes")
struct HostileBytesTests {
  /// Iterations of each property, with one input each.
  static let iterations = 2_000

  /// Short fields, as in real messages, so that random bytes get past the first tag.
  private static let wireAlphabet: [UInt8] = [0, 1, 2, 3, 4, 5, 8, 10, 11, 12, 13, 18, 26, 34, 42, 50, 58, 128, 255]

  @Test("read as status details round-trip", arguments: [3, 4] as [UInt64])
  func statusDetails(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<Self.iterations {
      let names = ["ErrorInfo", "RetryInfo", "BadRequest", "Other"]
      let detail = StatusDetail(
        typeURL: "type.googleapis.com/google.rpc.\(names.randomElement(using: &generator) ?? "")",
        value: generator.bytes(upTo: 24, of: Self.wireAlphabet)[...]
      )
      if case .retryInfo(let info) = detail { _ = info.retryDelay.components }
      let status = GRPCStatus(code: .aborted, message: "m", details: [detail])
      let bytes = try #require(status.serializedDetails)
      #expect(try GRPCStatus.details(serialized: bytes) == [detail])
      _ = try? GRPCStatus.details(serialized: generator.bytes(upTo: 40, of: Self.wireAlphabet))
      _ = try? GRPCStatus.details(serialized: Array(bytes[..<(bytes.count / 2)]))
    }
  }

  @Test("in header values are decoded or rejected", arguments: [5, 6] as [UInt64])
  func headerValues(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let base64 = Array("ABCDwxyz0189+/=, ".utf8)
    for _ in 0..<Self.iterations {
      let text = generator.bytes(upTo: 24, of: base64)
      var metadata = Metadata()
      let isList = (try? metadata.addReceived(name: Array("k-bin".utf8).span, value: text.span)) != nil
      if isList { #expect(metadata.count == text.count { $0 == UInt8(ascii: ",") } + 1) }

      let timeout = generator.bytes(upTo: 10, of: Array("0123456789HMSmun".utf8))
      if let value = GRPCTimeout(headerValue: timeout.span) {
        #expect(value.nanoseconds >= 0)
        #expect(timeout.count <= 9)
      }
      _ = GRPCStatus.Code(headerValue: generator.bytes(upTo: 12, of: Array("0123456789".utf8)).span)
    }
  }

  @Test("in grpc-message are decoded, and any message round-trips", arguments: [7, 8] as [UInt64])
  func statusMessages(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<Self.iterations {
      let bytes = generator.bytes(upTo: 24, of: Array("%0aF \u{E9}".utf8))
      let message = StatusMessage.decode(bytes.span)
      let encoded = StatusMessage.encode(message)
      #expect(encoded.allSatisfy { (0x20...0x7E).contains($0) })
      #expect(encoded.first != UInt8(ascii: " ") && encoded.last != UInt8(ascii: " "))
      #expect(StatusMessage.decode(encoded.span) == message)
    }
  }

  /// A non-incremental model of ``MessageDeframer``.
  private func messages(_ stream: [UInt8], maximum: Int) -> (messages: [FramedMessage], error: MessageFramingError?) {
    var messages: [FramedMessage] = []
    var rest = stream[...]
    while rest.count >= 5 {
      let header = Array(rest.prefix(5))
      let byteCount = header[1...].reduce(0) { $0 << 8 | Int($1) }
      if header[0] > 1 { return (messages, .flagInvalid(header[0])) }
      if byteCount > maximum { return (messages, .messageTooLarge(byteCount: byteCount, maximum: maximum)) }
      guard rest.count >= 5 + byteCount else { break }
      messages.append(FramedMessage(isCompressed: header[0] == 1, payload: Array(rest.dropFirst(5).prefix(byteCount))))
      rest = rest.dropFirst(5 + byteCount)
    }
    return (messages, nil)
  }

  @Test("in any chunks decode to the messages of the whole stream", arguments: [9, 10] as [UInt64])
  func deframer(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<Self.iterations {
      let stream = generator.bytes(upTo: 60, of: [0, 0, 0, 0, 0, 0, 1, 2, 7])
      let expected = messages(stream, maximum: 300)
      var deframer = MessageDeframer(maximumMessageByteCount: 300)
      var found: [FramedMessage] = []
      var failure: MessageFramingError?
      var start = 0
      while start < stream.count, failure == nil {
        let end = Int.random(in: start...stream.count, using: &generator)
        stream[start..<end].withUnsafeBytes { chunk in
          var rest = chunk
          do throws(MessageFramingError) {
            while let message = try deframer.next(from: &rest) { found.append(message) }
          } catch { failure = error }
        }
        start = end
      }
      #expect(found == expected.messages)
      #expect(failure == expected.error)
    }
  }

  @Test("of damaged gzip are rejected, or decompress to the original")
  func gzip() throws {
    let codec = GzipCodec()
    let content = Array("the quick brown fox jumps over the lazy dog, the lazy dog".utf8)
    let compressed = codec.compress(content)
    for count in 0..<compressed.count {
      #expect(throws: GzipError.corrupt) { try codec.decompress(Array(compressed[..<count]), maximumByteCount: 1000) }
    }
    for position in compressed.indices {
      for bit in 0..<8 {
        var damaged = compressed
        damaged[position] ^= 1 << UInt8(bit)
        let result = try? codec.decompress(damaged, maximumByteCount: 1000)
        #expect(result == nil || result == content)
      }
    }
    var generator = SplitMix64(seed: 11)
    for _ in 0..<Self.iterations {
      let bytes = Array(compressed[..<10]) + generator.bytes(upTo: 60)
      if let output = try? codec.decompress(bytes, maximumByteCount: 100) { #expect(output.count <= 100) }
    }
    #expect(try codec.decompress(compressed, maximumByteCount: content.count) == content)
  }

  @Test("read as descriptors, truncated or changed at every byte, are served or rejected")
  func descriptors() throws {
    let set = ReflectionFixture.descriptorSet
    var generator = SplitMix64(seed: 12)
    for position in set.indices {
      var changed = set
      changed[position] = UInt8.random(in: 0...255, using: &generator)
      for candidate in [Array(set[..<position]), changed] {
        guard let index = try? ReflectionIndex(descriptorSets: [candidate]) else { continue }
        var session = ReflectionSession(index: index, services: [])
        var request = WireWriter()
        request.write(3, string: "top.proto")
        _ = try session.respond(to: request.bytes)
      }
    }
  }

  @Test("read as reflection and health requests are answered or rejected", arguments: [13, 14] as [UInt64])
  func requests(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let registry = HealthRegistry()
    let index = try ReflectionIndex(descriptorSets: [ReflectionFixture.descriptorSet])
    for _ in 0..<Self.iterations {
      let request = generator.bytes(upTo: 24, of: Self.wireAlphabet)
      var session = ReflectionSession(index: index, services: [])
      if let response = try? session.respond(to: request) {
        #expect(try ReflectionResponse(response).originalRequest == request)
      }
      _ = try? registry.check(request)
    }
  }
}
