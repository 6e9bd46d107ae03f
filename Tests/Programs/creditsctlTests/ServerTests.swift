import CreditsAPI
import Foundation
import Testing

@Suite("creditsctl with a server")
struct ServerTests {
  @Test("passes all checks with a server of this package")
  func ownServer() async throws {
    try await ProbeServer.run { socket in try await AnyServerChecks(socket: socket).all() }
  }

  @Test(
    "does the same with Google's gRPC for Python",
    .enabled(if: PythonProbeServer.python != nil, PythonProbeServer.absence)
  )
  func pythonServer() async throws {
    try await PythonProbeServer.run { socket in try await AnyServerChecks(socket: socket).all() }
  }

  @Test("uses v1alpha reflection if v1 is missing")
  func olderReflection() async throws {
    try await ProbeServer.run(reflection: .onlyOlder) { socket in
      let outcome = try await Tool.run(["call", "--socket", socket, "Count", "{\"to\":1}", "--compact"])
      #expect(outcome.output == "{\"number\":1}\n")
    }
  }

  @Test("reports missing reflection, and reads descriptors from a file, with their comments")
  func withoutReflection() async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/probe.set"
    try Data(ProbeServer.descriptorSet).write(to: URL(fileURLWithPath: file))
    try await ProbeServer.run(reflection: .none) { socket in
      let refused = try await Tool.run(["list", "--socket", socket])
      #expect(refused.status == 4)
      #expect(refused.errors.contains("has no reflection"))
      #expect(refused.errors.contains("--descriptor-set"))
      let called = try await Tool.run(
        ["call", "--socket", socket, "--descriptor-set", file, "Mirror/Echo", "{\"text\":\"a\"}", "--compact"])
      #expect(
        called.output
          == "{\"request\":{\"text\":\"a\",\"bigNumber\":\"0\",\"counts\":{},\"blobs\":[]},\"metadata\":\"mirrored\"}\n"
      )
      let described = try await Tool.run(["describe", "--socket", socket, "--descriptor-set", file, "ProbeService"])
      #expect(
        described.output.contains(
          "// Calls of every kind.\n//\n// For trying a debugging tool.\nservice probe.v1.ProbeService {\n"
        )
      )
      #expect(described.output.contains("  // Answers with what it was sent.\n  rpc Echo("))
      let mood = try await Tool.run(["describe", "--socket", socket, "--descriptor-set", file, "Mood"])
      #expect(mood.output.contains("  MOOD_GOOD = 1;  // Best.\n"))
    }
  }

  @Test("describes the contract of credits, with the role that each rpc needs")
  func contract() async throws {
    let directory = try TemporaryDirectory()
    let file = directory.path + "/credits.set"
    try Data(ContractDescriptors.serializedFileDescriptorSet).write(to: URL(fileURLWithPath: file))
    let described = try await Tool.run(["describe", "--descriptor-set", file, "Wallet/Charge"])
    #expect(described.output.contains("// Takes credits for usage"))
    #expect(
      described.output.contains(
        """
        rpc Charge(credits.v1.ChargeRequest) returns (credits.v1.ChargeResponse) {
          option (credits.v1.role) = SPEND;
        }

        """
      )
    )
    #expect(described.output.contains("\nmessage credits.v1.ChargeRequest {\n"))
    let template = try await Tool.run(["describe", "--descriptor-set", file, "--template", "ChargeRequest"])
    #expect(template.output.contains("\"micros\": \"0\""))
  }

  @Test("reads a request from a file, and shows the fault of an invalid one")
  func requestFile() async throws {
    let directory = try TemporaryDirectory()
    try Data("{\"to\": 2}".utf8).write(to: URL(fileURLWithPath: directory.path + "/request.json"))
    try await ProbeServer.run { socket in
      let counted = try await Tool.run(
        ["call", "--socket", socket, "Count", "@\(directory.path)/request.json", "--compact"])
      #expect(counted.output == "{\"number\":1}\n{\"number\":2}\n")
      let missing = try await Tool.run(["call", "--socket", socket, "Count", "@\(directory.path)/none.json"])
      #expect(missing.status == 2)
      #expect(missing.errors.contains("cannot be opened"))
    }
  }

  @Test("finds the socket in the environment")
  func environment() async throws {
    try await ProbeServer.run { socket in
      let outcome = try await Tool.run(["health"], environment: ["CREDITS_SOCKET": socket])
      #expect(outcome.output == "SERVING\n")
    }
  }

  @Test("names what is not serving of a server that is")
  func partialHealth() async throws {
    try await ProbeServer.run { socket in
      let outcome = try await Tool.run(["health", "--socket", socket])
      #expect(outcome.status == 0)
      #expect(outcome.errors == "probe.v1.MirrorService: NOT_SERVING\n")
    }
  }

  @Test(
    "ends as others do in a pipeline when its reader goes, also where it was started without SIGPIPE",
    arguments: [[], ["/usr/bin/env", "--ignore-signal=PIPE"]]
  )
  func readerGone(before: [String]) async throws {
    try await ProbeServer.run { socket in
      let process = Process()
      let (output, errors) = (Pipe(), Pipe())
      let command = before + [Tool.path, "list", "--socket", socket]
      process.executableURL = URL(fileURLWithPath: command[0])
      process.arguments = Array(command.dropFirst())
      process.standardOutput = output
      process.standardError = errors
      try output.fileHandleForReading.close()
      try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
        process.terminationHandler = { _ in ended.resume() }
        do { try process.run() } catch { ended.resume(throwing: error) }
      }
      #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGPIPE)
      #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }
  }

  @Test("comes to its usual status though nobody reads its errors")
  func errorReaderGone() async throws {
    let process = Process()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = ["list", "--socket", "/nowhere/credits.sock"]
    process.standardError = errors
    try errors.fileHandleForReading.close()
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do { try process.run() } catch { ended.resume(throwing: error) }
    }
    #expect(process.terminationReason == .exit && process.terminationStatus == 3)
  }
}
