import Foundation
import Testing

/// The peers written in Python, and the code that protoc generates for them at test time.
enum PythonPeers {
  /// Why tests with peers are skipped without ``python``.
  static let reason: Comment =
    "CREDITS_PEERS_PYTHON does not name a Python with Tests/EndToEnd/Interop/requirements.txt: run make test"

  static let isAvailable = python != nil
  static let python: String? = ProcessInfo.processInfo.environment["CREDITS_PEERS_PYTHON"].flatMap {
    $0.isEmpty ? nil : $0
  }

  private static let interop = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  static func script(_ name: String) -> String { interop.appending(path: "peers/\(name).py").path }

  /// The path of a program that pip installed beside Python.
  static func program(_ name: String) throws -> String {
    URL(filePath: try #require(python)).deletingLastPathComponent().appending(path: name).path
  }

  /// A folder with the Python of `interop/*.proto`, and their descriptor set in `descriptors`. Created once.
  static let generated = Task {
    let folder = FileManager.default.temporaryDirectory.appending(path: "interop-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let protos = interop.appending(path: "proto").path
    let files = ["empty", "messages", "test"].map { "interop/\($0).proto" }
    let result = try await ChildProcess.run(
      try #require(python),
      ["-m", "grpc_tools.protoc", "-I", protos, "--python_out", folder.path, "--grpc_python_out", folder.path]
        + ["--include_imports", "--descriptor_set_out", folder.appending(path: "descriptors").path] + files
    )
    try #require(result.status == 0, "protoc: \(result.text)")
    return folder.path
  }
}

/// A program started by a test.
final class ChildProcess: Sendable {
  struct Result {
    var status: Int32
    /// Standard output followed by standard error.
    var text: String
  }

  private let process: Process
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()

  init(_ program: String, _ arguments: [String]) throws {
    process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  deinit {
    if process.isRunning { process.terminate() }
  }

  /// Runs a program to its end.
  static func run(_ program: String, _ arguments: [String]) async throws -> Result {
    try await ChildProcess(program, arguments).finish()
  }

  /// Returns the next line of output, or nil at its end.
  func line() async -> String? {
    await onThread { [output] in
      var bytes: [UInt8] = []
      while let byte = try? output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
        if byte[0] == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
        bytes.append(byte[0])
      }
      return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }
  }

  /// Waits for the line `ready`.
  func ready() async throws {
    let first = await line()
    if first != "ready" { try await Issue.record("\(first ?? "") \(finish().text)") }
    try #require(first == "ready")
  }

  /// Closes the input, and waits for the exit and the rest of the output.
  func finish() async throws -> Result {
    try? input.fileHandleForWriting.close()
    async let errorText = onThread { [errors] in Self.text(of: errors) }
    let outputText = await onThread { [output] in Self.text(of: output) }
    let text = await outputText + errorText
    await onThread { [process] in process.waitUntilExit() }
    return Result(status: process.terminationStatus, text: text)
  }

  private static func text(of pipe: Pipe) -> String {
    String(decoding: (try? pipe.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
  }

  /// Runs blocking code on a new thread instead of the cooperative pool.
  private func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: body()) }
    }
  }
}
