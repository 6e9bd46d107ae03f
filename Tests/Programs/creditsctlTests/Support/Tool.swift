import Foundation
import Synchronization

/// The result of a run of `creditsctl`.
struct Outcome: Sendable {
  var status: Int32
  var output: String
  var errors: String
}

/// Runs the `creditsctl` built beside the tests.
enum Tool {
  static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("creditsctl").path

  /// Runs the tool to its end, without blocking threads that servers in this process may need.
  ///
  /// - Parameter output: The file that standard output goes to, instead of the outcome.
  static func run(
    _ arguments: [String],
    input: String = "",
    output: String? = nil,
    environment: [String: String] = [:],
    program: String = path,
    before: [String] = []
  ) async throws -> Outcome {
    let directory = try TemporaryDirectory()
    let files = ["in", "out", "err"].map { directory.path + "/" + $0 }
    try Data(input.utf8).write(to: URL(fileURLWithPath: files[0]))
    for file in files.dropFirst() { try Data().write(to: URL(fileURLWithPath: file)) }
    let process = Process()
    let command = before + [program] + arguments
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    var variables = ProcessInfo.processInfo.environment
    for name in ["CREDITS_SOCKET", "XDG_RUNTIME_DIR"] { variables[name] = nil }
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle(forReadingAtPath: files[0])
    process.standardOutput = FileHandle(forWritingAtPath: output ?? files[1])
    process.standardError = FileHandle(forWritingAtPath: files[2])
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do { try process.run() } catch { ended.resume(throwing: error) }
    }
    let texts = try files.map { try String(contentsOfFile: $0, encoding: .utf8) }
    return Outcome(status: process.terminationStatus, output: texts[1], errors: texts[2])
  }
}

/// An interactive run of `creditsctl`, line by line.
final class Conversation: Sendable {
  private let process: Process
  private let input = Pipe()
  private let output = Pipe()
  private let pending = Mutex(Data())

  init(_ arguments: [String]) throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: Tool.path)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  func say(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  func endInput() throws { try input.fileHandleForWriting.close() }

  deinit { if process.isRunning { process.terminate() } }

  /// Returns the next line of output, or nil at its end or after a timeout.
  func line() async -> String? {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: self.readLine()) }
    }
  }

  private func readLine() -> String? {
    while true {
      let line = pending.withLock { pending -> String? in
        guard let end = pending.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { pending = Data(pending[(end + 1)...]) }
        return String(decoding: pending[..<end], as: UTF8.self)
      }
      if let line { return line }
      var waiting = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 30_000) > 0 else { return nil }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      pending.withLock { $0.append(more) }
    }
  }

  func end() async -> Int32 {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        self.process.waitUntilExit()
        continuation.resume(returning: self.process.terminationStatus)
      }
    }
  }
}
