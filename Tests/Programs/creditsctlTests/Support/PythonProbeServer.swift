import Foundation
import Testing

/// The service of probe.proto, served by Google's gRPC for Python, which has only v1alpha reflection.
enum PythonProbeServer {
  /// The path of a Python with grpcio, grpcio-tools, grpcio-reflection and grpcio-health-checking, set by `make test`.
  static let python = ProcessInfo.processInfo.environment["CREDITS_PEERS_PYTHON"]
  static let absence: Comment = "CREDITS_PEERS_PYTHON names no Python with grpcio"

  static func run(reflection: String = "v1alpha", _ body: (String) async throws -> Void) async throws {
    let directory = try TemporaryDirectory()
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let package = tests.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python!)
    process.arguments = [
      tests.appendingPathComponent("peers/probe_server.py").path, directory.path + "/s",
      package.appendingPathComponent("proto").path, reflection,
    ]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let greeting = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        var text = Data()
        while text.last != UInt8(ascii: "\n") {
          let more = output.fileHandleForReading.availableData
          if more.isEmpty { break }
          text += more
        }
        continuation.resume(returning: String(decoding: text, as: UTF8.self))
      }
    }
    try #require(greeting == "ready\n", "the Python server did not start")
    let result: Result<Void, any Error>
    do { result = .success(try await body(directory.path + "/s")) } catch { result = .failure(error) }
    try input.fileHandleForWriting.close()
    await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
      DispatchQueue.global().async {
        process.waitUntilExit()
        ended.resume()
      }
    }
    try result.get()
  }
}
