import Foundation
import Testing

@Suite("What creditsctl prints")
struct OutputTests {
  @Test("shows numbers at zero and empty lists and maps, but not what is empty, false or unspecified")
  func zeros() async throws {
    try await ProbeServer.run { socket in
      let sum = try await Tool.run(["call", "--socket", socket, "Sum", "--compact"])
      #expect(sum.output == "{\"sum\":\"0\",\"terms\":0}\n")
      let echo = try await Tool.run(["call", "--socket", socket, "Mirror/Echo", "{\"text\":\"a\"}", "--compact"])
      #expect(echo.output.contains("\"bigNumber\":\"0\"") && echo.output.contains("\"counts\":{},"))
      #expect(echo.output.contains("\"blobs\":[]") && !echo.output.contains("mood"), "\(echo.output)")
    }
  }

  @Test("says a sentence once, though the status and its details hold it")
  func sentences() async throws {
    try await ProbeServer.run { socket in
      let request = #"{"code": 3, "message": "request.code is not zero"}"#
      let failed = try await Tool.run(["call", "--socket", socket, "Fail", request])
      #expect(failed.errors.hasPrefix("INVALID_ARGUMENT: request.code is not zero\n"))
      #expect(failed.errors.contains("  field request.code\n"), "\(failed.errors)")
    }
  }

  @Test(
    "that cannot be written is an error, and says so",
    arguments: [
      ["list"], ["health"], ["call", "Count", "{\"to\":1}"], ["--help"], ["--version"], ["describe", "Probe"],
    ]
  )
  func full(_ command: [String]) async throws {
    try await ProbeServer.run { socket in
      let outcome = try await Tool.run(command, output: "/dev/full", environment: ["CREDITS_SOCKET": socket])
      #expect(outcome.status == 1)
      #expect(outcome.errors == "error: cannot write to standard output: No space left on device\n")
    }
  }

  @Test("can be of messages beyond the usual 4 MiB, if asked for")
  func largeMessages() async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/request.json"
    let text = String(repeating: "x", count: 5 << 20)
    try Data("{\"text\":\"\(text)\"}".utf8).write(to: URL(fileURLWithPath: file))
    try await ProbeServer.run(maximumMessageSize: 32 << 20) { socket in
      let call = ["call", "--socket", socket, "Mirror/Echo", "@\(file)", "--compact"]
      let refused = try await Tool.run(call)
      #expect(refused.status == 1)
      #expect(refused.errors.hasPrefix("RESOURCE_EXHAUSTED") && refused.errors.contains("--max-message-size"))
      for size in ["16M", "16MiB", "16777216"] {
        let taken = try await Tool.run(call + ["--max-message-size", size])
        #expect(taken.status == 0 && taken.output.utf8.count > text.utf8.count, "\(taken.errors)")
      }
    }
    for size in ["0", "-1", "16X", "M", "iB", "9G9", "99999999999999999999"] {
      #expect(try await Tool.run(["list", "--max-message-size", size]).status == 2, "\(size)")
    }
  }
}
