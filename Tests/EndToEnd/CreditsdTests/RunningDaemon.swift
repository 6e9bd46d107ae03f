import CreditsClient
import Foundation
import Testing

/// A `creditsd` process, with its socket and ledger in a temporary directory.
final class RunningDaemon {
  let process = Process()
  let socketPath: String
  /// A file rather than a pipe, which would block the daemon when full.
  private let errorPath: String

  /// The options that simulate cards.
  static let simulatedCards = ["--processor", "simulated"]

  /// - Parameters:
  ///   - directory: The directory of socket and ledger, which a second daemon can take over.
  ///   - socketPath: The socket, if neither in `directory` nor given by an option.
  ///   - places: The options for socket and data directory; by default both are in `directory`.
  ///   - processor: The options for the processor; `options` override them.
  ///   - errors: The pipe that standard error goes to; nil for a file.
  ///   - redirection: A shell's redirection of the standard streams, such as `2>&-`.
  ///   - wrapper: A program that runs the daemon, whose path and arguments it is given.
  init(
    in directory: TestDirectory,
    socketPath: String? = nil,
    places: [String]? = nil,
    processor: [String] = RunningDaemon.simulatedCards,
    options: [String] = [],
    environment: [String: String] = [:],
    errors: Pipe? = nil,
    redirection: String? = nil,
    wrapper: String? = nil
  ) throws {
    self.socketPath = socketPath ?? directory.path("credits.sock")
    process.executableURL = Self.program("creditsd")
    let places = places ?? ["--socket", self.socketPath, "--data", directory.path("ledger")]
    process.arguments = places + processor + options
    if let redirection {
      process.arguments =
        ["-c", "exec \"$0\" \"$@\" \(redirection)", Self.program("creditsd").path] + process.arguments!
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
    }
    if let wrapper {
      process.arguments = [Self.program("creditsd").path] + process.arguments!
      process.executableURL = URL(filePath: wrapper)
    }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    errorPath = directory.path("stderr-\(UInt32.random(in: 0 ... .max))")
    try #require(FileManager.default.createFile(atPath: errorPath, contents: nil))
    if let errors {
      process.standardError = errors
    } else {
      process.standardError = try FileHandle(forWritingTo: URL(filePath: errorPath))
    }
    try process.run()
  }

  /// Returns what the process has written to standard error so far.
  var errorTextSoFar: String { (try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "" }

  /// Returns a client when the daemon serves.
  func client() async throws -> CreditsClient {
    try await CreditsClient.connect(socketPath: socketPath, waitsForServer: true)
  }

  /// Kills the process with SIGKILL.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Stops the process with a signal. Returns its exit status.
  func stop(_ signal: Int32 = SIGTERM) -> Int32 {
    Foundation.kill(process.processIdentifier, signal)
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Returns what the process wrote to standard error, after it has exited.
  func errorText() -> String {
    process.waitUntilExit()
    return errorTextSoFar
  }

  deinit {
    if process.isRunning { kill() }
  }

  /// The path of a program built beside the tests.
  static func program(_ name: String) -> URL {
    let test = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var directory = test.deletingLastPathComponent()
    while directory.path != "/" {
      let program = directory.appendingPathComponent(name)
      if FileManager.default.isExecutableFile(atPath: program.path) { return program }
      directory.deleteLastPathComponent()
    }
    return test.deletingLastPathComponent().appendingPathComponent(name)
  }
}

/// A temporary directory, removed when this object is deallocated.
final class TestDirectory {
  private let url = FileManager.default.temporaryDirectory.appendingPathComponent(
    "c\(UInt32.random(in: 0 ... .max))"
  )

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
  }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    return path(name)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
