import Foundation
import Testing

/// One of the programs that serve until they are told to end, with its log in a pipe.
final class RunningService {
  enum Program: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case creditsd
    case simulator = "credits-simulator"
    case stripe = "credits-stripe"

    var testDescription: String { rawValue }
  }

  let process = Process()
  let socketPath: String
  private let errors = Pipe()
  private var unread = ""

  /// Returns once it serves.
  init(_ program: Program, in directory: TestDirectory, options: [String] = []) throws {
    socketPath = directory.path("service.sock")
    process.executableURL = RunningDaemon.program(program.rawValue)
    process.arguments = ["--socket", socketPath]
    switch program {
    case .creditsd: process.arguments! += ["--data", directory.path("ledger")]
    case .simulator: process.arguments! += ["--file", directory.path("books")]
    case .stripe:
      let key = try directory.write("sk_test_1", to: "key")
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
      process.arguments! += ["--key-file", key]
    }
    process.arguments! += options
    process.standardError = errors
    try process.run()
    try awaitLine(containing: "serving")
  }

  /// Reads the log up to a line that contains `text`.
  func awaitLine(containing text: String) throws {
    while true {
      while let end = unread.firstIndex(of: "\n") {
        let line = unread[..<end]
        unread = String(unread[unread.index(after: end)...])
        if line.contains(text) { return }
      }
      let more = errors.fileHandleForReading.availableData
      try #require(!more.isEmpty, "the log ended without \"\(text)\"")
      unread += String(decoding: more, as: UTF8.self)
    }
  }

  /// As when the reader of the log ends.
  func closeLog() throws { try errors.fileHandleForReading.close() }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Whether it answers, by the tool for that.
  func isServing() throws -> Bool {
    let health = Process()
    health.executableURL = RunningDaemon.program("creditsctl")
    health.arguments = ["health", "--socket", socketPath]
    health.standardOutput = FileHandle.nullDevice
    try health.run()
    health.waitUntilExit()
    return health.terminationStatus == 0
  }

  /// Ends it as an operator would. Returns whether it ended cleanly, and removed its socket.
  func stopsCleanly() -> Bool {
    signal(SIGTERM)
    process.waitUntilExit()
    return process.terminationReason == .exit && process.terminationStatus == 0
      && !FileManager.default.fileExists(atPath: socketPath)
  }

  deinit {
    if process.isRunning {
      signal(SIGKILL)
      process.waitUntilExit()
    }
  }
}
