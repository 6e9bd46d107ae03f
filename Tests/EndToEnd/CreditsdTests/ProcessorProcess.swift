import Foundation
import Testing

/// A payment processor in a separate process, with its socket and books in a test's directory.
final class ProcessorProcess {
  let process = Process()
  let socketPath: String
  private let directory: TestDirectory
  private let input = Pipe()
  private let output = Pipe()

  /// Starts `credits-simulator`. A second one in the same directory continues with the books of the first.
  init(simulatorIn directory: TestDirectory, options: [String] = []) throws {
    self.directory = directory
    socketPath = directory.path("processor/processor.sock")
    process.executableURL = RunningDaemon.program("credits-simulator")
    process.arguments = ["--socket", socketPath, "--file", directory.path("books")] + options
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// Starts a processor in Python that is written only against the proto files.
  init(pythonIn directory: TestDirectory, python: String) async throws {
    self.directory = directory
    socketPath = directory.path("python.sock")
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    let protos = tests.appending(path: "../../../proto").standardized
    process.executableURL = URL(filePath: python)
    process.arguments = [
      tests.appending(path: "peers/processor.py").path, socketPath, protos.path, directory.path("books"),
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let output = output
    let greeting = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var text = Data()
        while text.last != UInt8(ascii: "\n") {
          let more = output.fileHandleForReading.availableData
          if more.isEmpty { break }
          text += more
        }
        continuation.resume(returning: String(decoding: text, as: UTF8.self))
      }
    }
    try #require(greeting == "ready\n", "the processor in Python did not start")
  }

  /// The options that make `creditsd` use it.
  var options: [String] { ["--processor", "unix:\(socketPath)"] }

  /// Kills the process with SIGKILL.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Returns the output of `credits-simulator books`, also while the process runs.
  func listing() throws -> [[Substring]] {
    let listing = Process()
    let text = Pipe()
    listing.executableURL = RunningDaemon.program("credits-simulator")
    listing.arguments = ["books", "--file", directory.path("books")]
    listing.standardOutput = text
    try listing.run()
    let lines = String(decoding: text.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
    listing.waitUntilExit()
    try #require(listing.terminationStatus == 0)
    return lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
  }

  /// The lines of its book file.
  func books() throws -> [Substring] {
    try String(contentsOfFile: directory.path("books"), encoding: .utf8).split(separator: "\n")
  }

  /// The number of charges in its books, paid or not.
  func chargeCount() throws -> Int { try books().count { $0.hasPrefix("charge\t") || $0.hasPrefix("{\"charge\"") } }

  deinit {
    if process.isRunning { kill() }
  }
}
