import ProtobufWire
import Testing

@testable import DynamicMessages

@Suite("The JSON mapping")
struct JSONMappingTests {
  @Test(
    "takes what it should and writes it in its own form",
    arguments: [
      (#"{"anInt64":9223372036854775807}"#, #"{"anInt64":"9223372036854775807"}"#),
      (#"{"an_uint64":1}"#.replacing("an_uint64", with: "a_uint64"), #"{"aUint64":"1"}"#),
      (#"{"anInt32":1e2,"aSint32":"-3.0"}"#, #"{"anInt32":100,"aSint32":-3}"#),
      (#"{"anInt32":0,"aString":"","aBool":false}"#, "{}"),
      (#"{"maybeInt32":0,"maybeString":""}"#, #"{"maybeInt32":0,"maybeString":""}"#),
      (#"{"aDouble":0.1,"aFloat":0.1}"#, #"{"aDouble":0.1,"aFloat":0.1}"#),
      (#"{"aDouble":"NaN","aFloat":"-Infinity"}"#, #"{"aDouble":"NaN","aFloat":"-Infinity"}"#),
      (#"{"aDouble":-0}"#, #"{"aDouble":-0.0}"#),
      (#"{"colour":"RED"}"#, #"{"colour":"COLOUR_RED"}"#),
      (#"{"colour":"DEEP_BLUE"}"#, #"{"colour":"COLOUR_DEEP_BLUE"}"#),
      (#"{"colour":2,"colours":[77]}"#, #"{"colour":"COLOUR_DEEP_BLUE","colours":[77]}"#),
      (#"{"alias":"ALIAS_SECOND"}"#, #"{"alias":"ALIAS_FIRST"}"#),
      (#"{"someBytes":"-_8"}"#, #"{"someBytes":"+/8="}"#),
      (
        #"{"byInt32":{"1":"a","-2":"b"},"byBool":{"true":"RED"}}"#,
        #"{"byInt32":{"1":"a","-2":"b"},"byBool":{"true":"COLOUR_RED"}}"#
      ),
      (#"{"inner":null,"strings":null,"byString":null,"choiceText":null,"anInt32":null}"#, "{}"),
      (#"{"choiceNull":null}"#, #"{"choiceNull":null}"#),
      (#"{"value":null,"values":[null,1,"a",true,{"b":[]}]}"#, #"{"value":null,"values":[null,1,"a",true,{"b":[]}]}"#),
      (#"{"inner":{"inner":{}}}"#, #"{"inner":{"inner":{}}}"#),
      (#"{"timestamp":"2030-01-31T12:00:00.500+02:00"}"#, #"{"timestamp":"2030-01-31T10:00:00.500Z"}"#),
      (#"{"duration":"-1.000000001s"}"#, #"{"duration":"-1.000000001s"}"#),
      (#"{"fieldMask":"fooBar,baz.quxQuux"}"#, #"{"fieldMask":"fooBar,baz.quxQuux"}"#),
      (
        #"{"int64Value":"5","boolValue":false,"stringValue":"","doubleValue":null}"#,
        #"{"int64Value":"5","boolValue":false,"stringValue":""}"#
      ),
      (
        #"{"any":{"@type":"t/dynamic.Everything.Inner","amount":7}}"#,
        #"{"any":{"@type":"t/dynamic.Everything.Inner","amount":"7"}}"#
      ),
      (
        #"{"any":{"value":"3s","@type":"t/google.protobuf.Duration"}}"#,
        #"{"any":{"@type":"t/google.protobuf.Duration","value":"3s"}}"#
      ),
      (#"{"any":{}}"#, #"{"any":{}}"#),
      (#"{"empty":{},"struct":{"a":{"b":1.5}}}"#, #"{"struct":{"a":{"b":1.5}},"empty":{}}"#),
      (#"{"another-name":"x","fieldWith2Digits":1}"#, #"{"another-name":"x","fieldWith2Digits":1}"#),
    ]
  )
  func roundTrip(_ json: String, _ expected: String) throws {
    #expect(try Fixture.roundTrip(json) == expected)
  }

  @Test(
    "refuses what it cannot take, and says where and why",
    arguments: [
      (#"{"anInt23":1}"#, "$.anInt23: dynamic.Everything has no field \"anInt23\"; did you mean \"anInt32\"?", 1),
      (
        #"{"inner":{"amuont":1}}"#,
        "$.inner.amuont: dynamic.Everything.Inner has no field \"amuont\"; did you mean \"amount\"?", 10
      ),
      (#"{"qqqqqqqq":1}"#, "$.qqqqqqqq: dynamic.Everything has no field \"qqqqqqqq\"", 1),
      (#"{"inners":[{},{"amount":"x"}]}"#, "$.inners[1].amount: \"x\" is not a number", 24),
      (
        #"{"an_int32":1,"anInt32":1}"#,
        "$.anInt32: the field is given twice, as \"anInt32\" and by its other name", 14
      ),
      (
        #"{"choiceText":"a","choiceNumber":1}"#,
        "$.choiceNumber: only one of \"choiceText\" and \"choiceNumber\" may be set: both belong to oneof \"choice\"",
        33
      ),
      (#"{"anInt32":2147483648}"#, "$.anInt32: 2147483648 does not fit int32", 11),
      (#"{"anInt32":-2147483649}"#, "$.anInt32: -2147483649 does not fit int32", 11),
      (#"{"aUint32":-1}"#, "$.aUint32: -1 does not fit uint32", 11),
      (#"{"aUint64":"18446744073709551616"}"#, "$.aUint64: 18446744073709551616 does not fit uint64", 11),
      (#"{"anInt64":1e999999999999}"#, "$.anInt64: 1e999999999999 does not fit int64", 11),
      (#"{"anInt32":1.5}"#, "$.anInt32: 1.5 is not a whole number", 11),
      (#"{"anInt32":true}"#, "$.anInt32: expected a whole number, found a bool", 11),
      (#"{"anInt32":""}"#, "$.anInt32: \"\" is not a number", 11),
      (#"{"anInt32":" 1"}"#, "$.anInt32: \" 1\" is not a number", 11),
      (#"{"aDouble":1e400}"#, "$.aDouble: 1e400 does not fit double", 11),
      (#"{"aFloat":3.5e38}"#, "$.aFloat: 3.5e38 does not fit float", 10),
      (#"{"aDouble":"inf"}"#, "$.aDouble: \"inf\" is not a number", 11),
      (#"{"aDouble":"0x1p3"}"#, "$.aDouble: \"0x1p3\" is not a number", 11),
      (#"{"aBool":"true"}"#, "$.aBool: expected true or false, found a string", 9),
      (#"{"aBool":1}"#, "$.aBool: expected true or false, found a number", 9),
      (#"{"aString":1}"#, "$.aString: expected a string, found a number", 11),
      (#"{"someBytes":"*"}"#, "$.someBytes: \"*\" is not base64", 13),
      (#"{"someBytes":"AAAAA"}"#, "$.someBytes: \"AAAAA\" is not base64", 13),
      (
        #"{"colour":"REED"}"#, "$.colour: enum dynamic.Everything.Colour has no value \"REED\"; did you mean \"RED\"?",
        10
      ),
      (
        #"{"colour":"red"}"#, "$.colour: enum dynamic.Everything.Colour has no value \"red\"; did you mean \"RED\"?", 10
      ),
      (#"{"colour":true}"#, "$.colour: expected the name or number of an enum value, found a bool", 10),
      (#"{"strings":"a"}"#, "$.strings: expected an array, found a string", 11),
      (#"{"strings":["a",null]}"#, "$.strings[1]: null cannot be an element of a list or a value of a map", 16),
      (#"{"byString":{"k":null}}"#, "$.byString[\"k\"]: null cannot be an element of a list or a value of a map", 17),
      (#"{"byInt32":{"x":"a"}}"#, "$.byInt32[\"x\"]: \"x\" is not a number", 12),
      (
        #"{"byInt32":{"1":"a","1.0":"b"}}"#,
        "$.byInt32[\"1.0\"]: the map key \"1.0\" stands for one that is already there", 20
      ),
      (#"{"byBool":{"True":"RED"}}"#, "$.byBool[\"True\"]: \"True\" is not true or false", 11),
      (#"{"inner":[]}"#, "$.inner: expected an object for dynamic.Everything.Inner, found an array", 9),
      (
        #"{"timestamp":"2030-02-30T00:00:00Z"}"#,
        "$.timestamp: \"2030-02-30T00:00:00Z\" is not an RFC 3339 time of the years 1 to 9999 with Z or an offset", 13
      ),
      (
        #"{"duration":"1.5"}"#,
        "$.duration: \"1.5\" is not a duration such as \"1.5s\", of at most 315576000000 seconds", 12
      ),
      (
        #"{"fieldMask":"foo_bar"}"#,
        "$.fieldMask: \"foo_bar\" is not lowerCamelCase field paths with commas between", 13
      ),
      (
        #"{"any":{"amount":1}}"#,
        "$.any: google.protobuf.Any needs \"@type\", for example \"type.googleapis.com/package.Message\"", 7
      ),
      (#"{"any":{"@type":"t/no.Such"}}"#, "$.any: the type no.Such is not known", 16),
      (#"[]"#, "$: expected an object for dynamic.Everything, found an array", 0),
      (
        #"{"another-nam":1}"#,
        "$[\"another-nam\"]: dynamic.Everything has no field \"another-nam\"; did you mean \"another-name\"?", 1
      ),
    ]
  )
  func refusals(_ json: String, _ sentence: String, _ offset: Int) throws {
    let error = try #require(throws: JSONMappingError.self) { try Fixture.read(json) }
    #expect(error.description == sentence)
    #expect(error.offset == offset)
  }

  @Test("a message may nest a hundred levels deep, no more")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: #"{"everything":"#, count: levels - 1) + "{}" + String(repeating: "}", count: levels - 1)
    }
    #expect(throws: Never.self) { try Fixture.read(nested(100)) }
    let error = try #require(throws: JSONMappingError.self) { try Fixture.read(nested(101)) }
    #expect(error.reason == .tooDeep)
  }

  @Test("defaults are written on request, except for fields with presence")
  func defaults() throws {
    let inner = try #require(Fixture.types.message("dynamic.Everything.Inner"))
    #expect(try Fixture.print(DynamicMessage(inner), emitsDefaults: true) == #"{"name":"","amount":"0"}"#)
    let all = try Fixture.print(DynamicMessage(Fixture.everything), emitsDefaults: true)
    #expect(all.contains(#""strings":[]"#))
    #expect(all.contains(#""byString":{}"#))
    #expect(all.contains(#""colour":"COLOUR_UNSPECIFIED""#))
    #expect(!all.contains("maybe"))
    #expect(!all.contains("choice"))
  }

  @Test("an Any of an unknown type fails, or shows its bytes on request")
  func unresolvedAny() throws {
    let message = try Fixture.decoder.message(
      Fixture.hex("EA 03 09 0A 03 74 2F 78 12 02 08 01"),
      as: Fixture.everything
    )
    let error = try #require(throws: JSONMappingError.self) { try Fixture.printer.json(message) }
    #expect(error.reason == .typeMissing("x"))
    var printer = Fixture.printer
    printer.unresolvedAny = .showBytes
    #expect(
      JSONWriter(isIndented: false).text(of: try printer.json(message)) == #"{"any":{"@type":"t/x","@base64":"CAE="}}"#
    )
  }

  @Test("a Value that is not finite has no JSON form")
  func valueNotFinite() throws {
    let bytes = Fixture.hex("92 04 09 11 00 00 00 00 00 00 F8 7F")
    let message = try Fixture.decoder.message(bytes, as: Fixture.everything)
    #expect(throws: JSONMappingError.self) { try Fixture.printer.json(message) }
  }

  @Test("an Any in an Any in an Any is shown up to the limit and no deeper")
  func nestedAny() throws {
    func message(_ levels: Int) throws -> DynamicMessage {
      var bytes: [UInt8] = []
      for level in 0..<levels {
        var any = WireWriter()
        any.write(1, string: level == 0 ? "t/dynamic.Everything.Inner" : "t/google.protobuf.Any")
        any.write(2, bytes: bytes)
        bytes = any.bytes
      }
      return try Fixture.decoder.message(bytes, as: #require(Fixture.types.message("google.protobuf.Any")))
    }
    #expect(throws: Never.self) { try Fixture.print(message(99)) }
    #expect(throws: JSONMappingError.self) { try Fixture.print(message(102)) }
    #expect(throws: JSONMappingError.self) { try Fixture.print(message(20_000)) }
  }

  @Test("a template has every field and is a message", arguments: ["dynamic.Everything", "dynamic.Legacy"])
  func template(_ name: String) throws {
    let type = try #require(Fixture.types.message(name))
    let value = JSONTemplate(types: Fixture.types).value(for: type)
    let text = JSONWriter(isIndented: true).text(of: value)
    #expect(throws: Never.self) { try Fixture.read(text, as: type) }
    for field in type.fields where field.oneofIndex == nil && field.descriptor.typeName != name {
      #expect(text.contains("\"\(field.jsonName)\":"))
    }
  }

  @Test("proto2's required fields are enforced, groups are named by their field")
  func legacy() throws {
    let json = #"{"name":"a","number":0,"unpacked":[1],"box":{"label":"b","item":[{"weight":"1"},{}]}}"#
    #expect(try Fixture.roundTrip(json, as: Fixture.legacy) == json)
    let error = try #require(throws: JSONMappingError.self) { try Fixture.read("{}", as: Fixture.legacy) }
    #expect(error.reason == .fieldRequired("name"))
  }
}
