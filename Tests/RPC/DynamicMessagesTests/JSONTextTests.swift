import Testing

@testable import DynamicMessages

@Suite("JSON text")
struct JSONTextTests {
  @Test(
    "is read and written back the same",
    arguments: [
      "null", "true", "false", "0", "-0", "1.50", "1e400", "-12345678901234567890.000000001E-7", "[]", "{}",
      "[1,[2,[3]],{\"a\":{\"b\":null}}]", "\"\"", "\"héllo €😀\"", "{\"z\":1,\"a\":2}", "\"\\u007f\\u2028\\u001b\"",
    ]
  )
  func readBack(_ text: String) throws {
    #expect(JSONWriter(isIndented: false).text(of: try JSONDocument(text).value()) == text)
  }

  @Test("is indented by two spaces")
  func indented() throws {
    let value = try JSONDocument(#"{"a":[1,{"b":[]}],"c":{}}"#).value()
    #expect(
      JSONWriter(isIndented: true).text(of: value) == """
        {
          "a": [
            1,
            {
              "b": []
            }
          ],
          "c": {}
        }
        """
    )
  }

  @Test(
    "escapes are the characters that they stand for",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\ud83d\ude00""#, "😀"),
      (#""\u0000""#, "\u{0}"),
    ]
  )
  func escapes(_ text: String, _ expected: String) throws {
    guard case .string(let string) = try JSONDocument(text).value().content else {
      Issue.record("not a string")
      return
    }
    #expect(string == expected)
  }

  @Test(
    "that is malformed is refused where the fault is",
    arguments: [
      ("", .endOfText, 0), ("  ", .endOfText, 2), ("{", .endOfText, 1), ("[1", .endOfText, 2), ("\"a", .endOfText, 2),
      ("{\"a\"", .endOfText, 4), ("tru", .expected("a JSON value"), 0), ("nul", .expected("a JSON value"), 0),
      ("True", .expected("a JSON value"), 0), ("'a'", .expected("a JSON value"), 0),
      ("[1,]", .expected("a JSON value"), 3), ("[1 2]", .expected("\",\" or \"]\""), 3),
      ("{a:1}", .expected("a key in quotes"), 1), ("{\"a\" 1}", .expected("\":\""), 5),
      ("{\"a\":1,}", .expected("a key in quotes"), 7), ("{\"a\":1 \"b\":2}", .expected("\",\" or \"}\""), 7),
      ("{} {}", .trailingText, 3), ("1 2", .trailingText, 2), ("01", .numberInvalid, 1), ("-", .numberInvalid, 1),
      ("1.", .numberInvalid, 2), (".5", .expected("a JSON value"), 0), ("+1", .expected("a JSON value"), 0),
      ("1e", .numberInvalid, 2), ("1e+", .numberInvalid, 3), ("-a", .numberInvalid, 1),
      ("NaN", .expected("a JSON value"), 0),
      ("0x10", .trailingText, 1), ("\"\\x\"", .escapeInvalid, 1), ("\"\\u12g4\"", .escapeInvalid, 1),
      ("\"\\ud800\"", .surrogateAlone, 1), ("\"\\ud800\\u0041\"", .surrogateAlone, 1),
      ("\"\\udc00\"", .surrogateAlone, 1), ("\"a\nb\"", .controlCharacter, 2), ("\"\u{0}\"", .controlCharacter, 1),
      ("{\"a\":1,\"a\":2}", .keyTwice("a"), 7), ("{\"a\":1,\"\\u0061\":2}", .keyTwice("a"), 7),
      ("/* */ 1", .expected("a JSON value"), 0),
    ] as [(String, JSONSyntaxError.Reason, Int)]
  )
  func malformed(_ text: String, _ reason: JSONSyntaxError.Reason, _ offset: Int) {
    #expect(throws: JSONSyntaxError(reason: reason, offset: offset)) { try JSONDocument(text).value() }
  }

  @Test(
    "that is not UTF-8 is refused",
    arguments: [[0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFF]] as [[UInt8]]
  )
  func notUTF8(_ bytes: [UInt8]) {
    #expect(throws: JSONSyntaxError.self) { try JSONDocument(bytes: bytes).value() }
  }

  @Test("nests up to its limit and no deeper")
  func depth() throws {
    let limit = JSONParser.maximumDepth
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(throws: Never.self) { try JSONDocument(nested(limit)).value() }
    #expect(throws: JSONSyntaxError(reason: .tooDeep(limit), offset: limit)) {
      try JSONDocument(nested(limit + 1)).value()
    }
    #expect(throws: JSONSyntaxError.self) { try JSONDocument(String(repeating: "[", count: 1_000_000)).value() }
  }

  @Test("places are given by line and column, in characters")
  func locations() {
    let document = JSONDocument("{\n  \"é€\": x\n}")
    let place = document.location(of: 13)
    #expect(place.line == 2)
    #expect(place.column == 9)
    #expect(place.excerpt == "  \"é€\": x")
    #expect(place.excerptColumn == 8)
    let later = JSONDocument(bytes: Array("{}".utf8), line: 7, column: 5).location(of: 1)
    #expect(later.line == 7)
    #expect(later.column == 6)
  }

  @Test("a stream of documents is cut the same wherever its bytes are split", arguments: 1...7)
  func splitting(_ size: Int) {
    let text = #" {"a":"}\"{"} [1,[2]]"x"{"b":1}  12 true "# + "\n{\n}null 7"
    var splitter = JSONDocumentSplitter()
    var documents: [JSONDocument] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: size) {
      documents += splitter.append(bytes[start..<min(start + size, bytes.count)])
    }
    if let last = splitter.finish() { documents.append(last) }
    #expect(
      documents.map { String(decoding: $0.bytes, as: UTF8.self) } == [
        #"{"a":"}\"{"}"#, "[1,[2]]", "\"x\"", "{\"b\":1}", "12", "true", "{\n}", "null", "7",
      ]
    )
    #expect(documents[6].location(of: 0).line == 2)
  }

  @Test("an incomplete document is returned at the end, for the parser to refuse")
  func unfinished() {
    var splitter = JSONDocumentSplitter()
    #expect(splitter.append(Array("{\"a\":".utf8)).isEmpty)
    #expect(throws: JSONSyntaxError(reason: .endOfText, offset: 5)) { try splitter.finish()?.value() }
    #expect(splitter.finish() == nil || splitter.finish()?.bytes.isEmpty == true)
  }
}
