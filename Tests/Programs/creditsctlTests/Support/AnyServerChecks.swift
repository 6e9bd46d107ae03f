import Testing

/// Checks of `creditsctl` that apply to any server of probe.proto.
struct AnyServerChecks {
  let socket: String

  private func run(_ arguments: String..., input: String = "") async throws -> Outcome {
    try await Tool.run([arguments[0], "--socket", socket] + arguments.dropFirst(), input: input)
  }

  func all() async throws {
    try await list()
    try await describe()
    try await unary()
    try await streams()
    try await failures()
    try await inputErrors()
    try await health()
    try await interleaving()
  }

  private func list() async throws {
    let services = try await run("list")
    #expect(services.status == 0)
    #expect(services.output.split(separator: "\n").contains("probe.v1.ProbeService"))
    let methods = try await run("list", "Probe")
    #expect(methods.output.contains("probe.v1.ProbeService/Echo   probe.v1.EchoRequest -> probe.v1.EchoResponse\n"))
    #expect(
      methods.output.contains(
        "probe.v1.ProbeService/Chat   stream probe.v1.ChatMessage -> stream probe.v1.ChatMessage\n"
      )
    )
  }

  private func describe() async throws {
    let message = try await run("describe", "EchoRequest")
    #expect(message.output.hasPrefix("// probe.v1.EchoRequest, declared in probe/v1/probe.proto\n"))
    for line in [
      "  map<string, int32> counts = 4;\n", "  oneof target {\n", "    string person = 5;\n",
      "  optional bool maybe = 7;\n",
      "  repeated bytes blobs = 8;\n", "    MOOD_VERY_BAD = 2 [deprecated = true];\n",
      "  string odd = 12 [json_name = \"odd-name\"];\n", "  google.protobuf.Timestamp time = 10;\n",
    ] {
      #expect(message.output.contains(line))
    }
    let method = try await run("describe", "Probe/Wait")
    #expect(method.output.contains("rpc Wait(probe.v1.EchoRequest) returns (probe.v1.EchoResponse) {"))
    #expect(method.output.contains("  option deprecated = true;\n"))
    #expect(method.output.contains("message probe.v1.EchoResponse {"))
    let template = try await run("describe", "--template", "Sum")
    #expect(template.output == "{\n  \"term\": \"0\"\n}\n")
    let unknown = try await run("describe", "EchoReqest")
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("did you mean \"EchoRequest\"?"))
  }

  private func unary() async throws {
    let request = """
      {"text": "é", "bigNumber": 9007199254740993, "mood": "VERY_BAD", "counts": {"a": 1}, "machine": 3, "blobs": ["AQI"],
       "extra": {"@type": "type.googleapis.com/probe.v1.CountResponse", "number": 4}, "time": "2030-01-01T01:00:00+01:00"}
      """
    let echo = try await run(
      "call",
      "probe.v1.ProbeService/Echo",
      request,
      "--compact",
      "-v",
      "-H",
      "x-probe: hello"
    )
    #expect(echo.status == 0)
    #expect(
      echo.output == """
        {"request":{"text":"é","bigNumber":"9007199254740993","mood":"MOOD_VERY_BAD","counts":{"a":1},"machine":3,\
        "blobs":["AQI="],"extra":{"@type":"type.googleapis.com/probe.v1.CountResponse","number":4},\
        "time":"2030-01-01T00:00:00Z"},"metadata":"hello"}

        """
    )
    for note in ["> x-probe: hello", "< x-answer: yes", "< x-blob-bin: AQI=", "< trailer x-end: done", "OK in "] {
      #expect(echo.errors.contains(note))
    }
    let defaults = try await run("call", "Mirror/Echo", "--emit-defaults", "--compact")
    #expect(defaults.output.contains(#""text":"","bigNumber":"0","mood":"MOOD_UNSPECIFIED""#))
    #expect(!defaults.output.contains("maybe"))
    let unresolved = try await run(
      "call",
      "Mirror/Echo",
      #"{"extra": {"@type": "t/no.such.Type", "a": 1}}"#
    )
    #expect(unresolved.status == 2)
    #expect(unresolved.errors.contains("the type no.such.Type is not known"))
  }

  private func streams() async throws {
    let count = try await run("call", "Count", #"{"to": 3}"#, "--compact")
    #expect(count.output == "{\"number\":1}\n{\"number\":2}\n{\"number\":3}\n")
    let sum = try await run("call", "Sum", "--compact", input: "{\"term\":1}{\"term\":\"-9007199254740993\"}\n {}")
    #expect(sum.output == "{\"sum\":\"-9007199254740992\",\"terms\":3}\n")
    let none = try await run("call", "Sum", "--compact")
    #expect(none.output == "{\"sum\":\"0\",\"terms\":0}\n")
    let chat = try await run("call", "Chat", #"{"text":"a"} {"text":"b"}"#, "--compact")
    #expect(chat.output == "{\"text\":\"A\"}\n{\"text\":\"B\"}\n")
  }

  private func failures() async throws {
    let failed = try await run("call", "Fail", #"{"code": 9, "message": "not now"}"#)
    #expect(failed.status == 1)
    #expect(failed.output.isEmpty)
    #expect(
      failed.errors.hasPrefix(
        """
        FAILED_PRECONDITION: not now
          reason PROBE_FAILED of probe.v1
            a: 1
            b: 2
          field request.code: is not zero
          retry after 1.5 seconds
          probe.v1.CountResponse {"number":7}

        """
      )
    )
    let late = try await run("call", "Wait", "--timeout", "100ms")
    #expect(late.status == 1)
    #expect(late.errors.hasPrefix("DEADLINE_EXCEEDED"))
  }

  private func inputErrors() async throws {
    let unknown = try await run("call", "Probe/Echo", "{\n  \"nested\": {\"txet\": 1}\n}")
    #expect(unknown.status == 2)
    #expect(
      unknown.errors == """
        error: line 2, column 14: $.nested.txet: probe.v1.EchoRequest has no field "txet"; did you mean "text"?
            "nested": {"txet": 1}
                       ^

        """
    )
    let ambiguous = try await run("call", "Echo")
    #expect(ambiguous.status == 2)
    #expect(ambiguous.errors.contains("probe.v1.MirrorService/Echo, probe.v1.ProbeService/Echo"))
    let several = try await run("call", "Mirror/Echo", "{} {}")
    #expect(several.status == 2)
    #expect(several.errors.contains("more than one JSON document"))
    let malformed = try await run("call", "Sum", "-", input: "{\"term\": 1}\n{\"term\": }")
    #expect(malformed.status == 2)
    #expect(malformed.errors.contains("line 2, column 10: expected a JSON value"))
    let method = try await run("call", "Probe/Ecko")
    #expect(method.status == 2)
    #expect(method.errors.contains("did you mean \"Echo\"?"))
  }

  private func health() async throws {
    let serving = try await run("health", "probe.v1.ProbeService")
    #expect(serving.status == 0)
    #expect(serving.output == "SERVING\n")
    let notServing = try await run("health", "probe.v1.MirrorService")
    #expect(notServing.status == 1)
    #expect(notServing.output == "NOT_SERVING\n")
    #expect(notServing.errors.isEmpty)
    let unknown = try await run("health", "no.such.Service")
    #expect(unknown.status == 2)
  }

  /// Reads each response before writing the next request, so that neither end may wait for a whole stream.
  private func interleaving() async throws {
    let conversation = try Conversation(["call", "--socket", socket, "Chat", "-", "--compact"])
    for word in ["one", "two", "three"] {
      try conversation.say("{\"text\":\"\(word)\"}\n")
      #expect(await conversation.line() == "{\"text\":\"\(word.uppercased())\"}")
    }
    try conversation.endInput()
    #expect(await conversation.line() == nil)
    #expect(await conversation.end() == 0)
  }
}
