import Foundation
import SeededRandom
import Testing

@testable import DynamicMessages

@Suite("Beside Google's own JSON mapping", .enabled(if: JSONOracle.python != nil, JSONOracle.absence))
struct OracleTests {
  /// JSON objects with one member each, so that a refusal identifies the member.
  private static let members: [String] = {
    let numbers = [
      "0", "-0", "1", "-1", "1.0", "1.5", "1e2", "1E-2", "100e-2", "2147483647", "2147483648", "-2147483648",
      "-2147483649", "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
      "-9223372036854775809", "18446744073709551615", "18446744073709551616", "\"1\"", "\"-1\"", "\"1.0\"", "\"\"",
      "\" 1\"", "\"x\"", "true", "\"true\"", "[]", "{}", "3.4028234663852886e38", "3.5e38", "1.7976931348623157e308",
      "0.1", "1e-50", "5e-324", "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "\"nan\"", "null",
    ]
    let numeric = [
      "aDouble", "aFloat", "anInt32", "anInt64", "aUint32", "aUint64", "aSint32", "aSint64", "aFixed32", "aFixed64",
      "aSfixed32", "aSfixed64", "maybeInt32", "doubleValue", "floatValue", "int64Value", "uint64Value", "int32Value",
      "uint32Value", "choiceNumber",
    ]
    var members = numeric.flatMap { name in numbers.map { "\"\(name)\":\($0)" } }
    members += ["true", "false", "\"true\"", "1", "null"].flatMap { ["\"aBool\":\($0)", "\"boolValue\":\($0)"] }
    members += [
      "\"\"", "\"a\"", "1", "null", #""\u0000""#, #""\ud83d\ude00""#, #""é""#,
    ].flatMap { ["\"aString\":\($0)", "\"maybeString\":\($0)", "\"stringValue\":\($0)", "\"choiceText\":\($0)"] }
    members += [#""""#, #""AA==""#, #""AAA""#, #""-_8""#, #""+/8=""#, "null"].flatMap {
      ["\"someBytes\":\($0)", "\"bytesValue\":\($0)"]
    }
    members += [#""COLOUR_RED""#, "1", "-3", "77", #""NOPE""#, "null", "1.5", "true"].map { "\"colour\":\($0)" }
    members += [
      "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "1970-01-01T00:00:00.1Z", "2024-02-29T00:00:00+14:00",
      "2023-02-29T00:00:00Z", "2024-01-01T00:00:00", "2024-01-01", "", "2024-01-01T00:00:00.1234567890Z",
      "2024-13-01T00:00:00Z",
    ].map { "\"timestamp\":\"\($0)\"" }
    members += [
      "0s", "1s", "-1.5s", "1.000000001s", "-0.000000001s", "315576000000s", "315576000001s", "1", "s", "", "1.5.5s",
    ].map { "\"duration\":\"\($0)\"" }
    members += ["", "a", "fooBar", "a,b.cD", "foo_bar"].map { "\"fieldMask\":\"\($0)\"" }
    members += ["null", "1", "1.5", "\"a\"", "true", "[]", "[1,[null]]", "{}", "{\"a\":{\"b\":[{}]}}"].flatMap {
      ["\"value\":\($0)", "\"struct\":\($0)", "\"listValue\":\($0)", "\"values\":[\($0)]"]
    }
    members += [
      #""any":{}"#, #""any":{"@type":"t/dynamic.Everything.Inner","amount":"7"}"#, #""any":null"#,
      #""any":{"@type":"type.googleapis.com/google.protobuf.Timestamp","value":"1970-01-01T00:00:00Z"}"#,
      #""any":{"@type":"t/google.protobuf.Struct","value":{"a":1}}"#, #""any":{"@type":"t/google.protobuf.Empty"}"#,
      #""any":{"@type":"t/google.protobuf.Int64Value","value":"3"}"#, #""any":{"amount":1}"#,
      #""any":{"@type":"t/no"}"#,
      #""any":{"@type":"t/google.protobuf.Any","value":{"@type":"t/dynamic.Everything.Inner","name":"x"}}"#,
      #""empty":{}"#, #""empty":{"a":1}"#, #""nullValue":null"#, #""nullValue":"NULL_VALUE""#, #""choiceNull":null"#,
      #""inner":{"name":"a","inner":{"amount":1}}"#, #""inner":null"#, #""inners":[{},{"name":"b"}]"#,
      #""inners":[null]"#, #""strings":["a",""]"#, #""strings":[null]"#, #""strings":{}"#, #""doubles":[1,"NaN",-0]"#,
      #""byString":{"a":1,"b":0,"":-1}"#, #""byString":{"a":null}"#, #""byInt32":{"-1":"x"}"#, #""byInt32":{"a":"x"}"#,
      #""byUint64":{"18446744073709551615":{}}"#, #""byBool":{"true":"COLOUR_RED","false":0}"#, #""byBool":{"1":0}"#,
      #""bySint64":{"-9223372036854775808":"AA=="}"#, #""byFixed32":{"4294967295":1.5}"#,
      #""byFixed32":{"4294967296":1}"#,
      #""durations":{"a":"1s"}"#, #""timestamps":["1970-01-01T00:00:00Z"]"#, #""colours":["COLOUR_RED",2,77]"#,
      #""choiceText":"a","choiceNumber":1"#, #""choiceText":"a","choiceNumber":null"#, #""an_int32":3"#,
      #""an_int32":3,"anInt32":4"#, #""anInt32":3,"anInt32":4"#, #""nope":1"#, #""another-name":"z""#,
      #""renamed":"z""#,
      #""LeadingUnderscore":3"#, #""everything":{"everything":{"aBool":true}}"#, #""maybeColour":"COLOUR_UNSPECIFIED""#,
    ]
    return members
  }()

  /// Inputs on which Python departs from the mapping. It accepts a bool or a string with spaces for a number, a bool or a
  /// fraction for an enum, and a field under both its names, and loses the sign of `-0`, which it reads as an integer.
  private static let departures: Set<String> = Set(
    ["aDouble", "aFloat", "doubleValue", "floatValue"].flatMap { name in
      ["\" 1\"", "true", "-0"].map { "{\"\(name)\":\($0)}" }
    } + [
      #"{"colour":1.5}"#, #"{"colour":true}"#, #"{"an_int32":3,"anInt32":4}"#, #"{"doubles":[1,"NaN",-0]}"#,
    ]
  )

  @Test("the same JSON is accepted and refused, and gives the same message")
  func reading() throws {
    let texts = Self.members.map { "{\($0)}" }
    let answers = try JSONOracle.ask(texts.map { .json($0) })
    var accepted: [(String, [UInt8])] = []
    for (text, answer) in zip(texts, answers) where !Self.departures.contains(text) {
      let mine = Result { try WireEncoder.bytes(of: Fixture.read(text)) }
      switch (mine, answer.wire) {
      case (.success(let bytes), .some): accepted.append((text, bytes))
      case (.failure, nil): break
      case (.success, nil): Issue.record("only we take \(text): \(answer.error ?? "")")
      case (.failure(let error), .some): Issue.record("only we refuse \(text): \(error)")
      }
    }
    #expect(accepted.count > 300)
    let wires = Dictionary(uniqueKeysWithValues: zip(texts, answers.map(\.wire)))
    for ((text, _), answer) in zip(accepted, try JSONOracle.ask(accepted.map { .wire($0.1) })) {
      #expect(answer.wire == wires[text], "\(text)")
    }
  }

  @Test("the JSON of random messages is read the same by both", arguments: [1, 2, 3] as [UInt64])
  func printing(_ seed: UInt64) throws {
    var random = RandomMessages(seed: seed, types: Fixture.types)
    let messages = (0..<60).map { _ in random.message(Fixture.everything) }
    let wires = try JSONOracle.ask(messages.map { .wire(WireEncoder.bytes(of: $0)) })
    let ours = try JSONOracle.ask(try messages.map { .json(try Fixture.print($0)) })
    let theirs = try JSONOracle.ask(
      try wires.map { .wire(WireEncoder.bytes(of: try Fixture.read($0.json ?? "no JSON: \($0)"))) }
    )
    for (index, wire) in wires.enumerated() {
      #expect(wire.wire != nil, "message \(index) is refused: \(wire.error ?? "")")
      #expect(ours[index].wire == wire.wire, "our JSON of message \(index): \(ours[index].error ?? "")")
      #expect(theirs[index].wire == wire.wire, "their JSON of message \(index): \(theirs[index].error ?? "")")
    }
  }

  @Test("defaults are written for the same fields")
  func defaults() throws {
    let answer = try #require(try JSONOracle.ask([.wire([])], emitsDefaults: true).first?.json)
    let theirs = try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? NSDictionary
    let text = try Fixture.print(DynamicMessage(Fixture.everything), emitsDefaults: true)
    let ours = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
    #expect(ours == theirs)
  }

  @Test("damaged bytes are accepted and refused alike, and never crash", arguments: [11, 12] as [UInt64])
  func damagedWire(_ seed: UInt64) throws {
    var random = RandomMessages(seed: seed, types: Fixture.types)
    var generator = SplitMix64(seed: seed)
    let inputs = (0..<400).map { _ in
      var bytes = WireEncoder.bytes(of: random.message(Fixture.everything, depth: 2))
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
        let index = bytes.indices.randomElement(using: &generator)!
        switch Int.random(in: 0...2, using: &generator) {
        case 0: bytes[index] = .random(in: 0...255, using: &generator)
        case 1: bytes.removeLast(bytes.count - index)
        default: bytes.insert(.random(in: 0...255, using: &generator), at: index)
        }
      }
      return bytes
    }
    let answers = try JSONOracle.ask(inputs.map { .wire($0) })
    var refused = 0
    for (input, answer) in zip(inputs, answers) {
      let mine = try? Fixture.decoder.message(input, as: Fixture.everything)
      #expect((mine == nil) == (answer.wire == nil), "\(Data(input).base64EncodedString()): \(answer.error ?? "taken")")
      if mine == nil { refused += 1 }
    }
    #expect((50..<380).contains(refused))
  }
}

@Suite("Round trips")
struct RoundTripTests {
  @Test("wire and JSON lose nothing of random messages", arguments: 0..<40 as Range<UInt64>)
  func roundTrip(_ seed: UInt64) throws {
    var random = RandomMessages(seed: seed, types: Fixture.types)
    for type in [Fixture.everything, Fixture.everything, Fixture.everything] {
      let message = random.message(type)
      let bytes = WireEncoder.bytes(of: message)
      let decoded = try Fixture.decoder.message(bytes, as: type)
      #expect(WireEncoder.bytes(of: decoded) == bytes)
      let json = try Fixture.print(message)
      let reread = try Fixture.read(json)
      #expect(WireEncoder.bytes(of: reread) == bytes)
      #expect(try Fixture.print(decoded) == json)
    }
  }
}
