import Foundation
import Testing

/// A `credits-stripe` process, with its files in a directory that is removed with it.
final class StripeProcess {
  let process = Process()
  let directory: URL
  let socketPath: String
  private let errors = Pipe()

  /// The process whose directory this one uses, which ended before.
  private let earlier: StripeProcess?

  /// - Parameters:
  /// - arguments: Replace the default arguments, which make it serve.
  /// - earlier: A process that has ended. This one serves on its socket.
  init(
    base: String,
    key: String = "sk_test_canary",
    secret: String = "whsec_canary",
    arguments: [String]? = nil,
    environment: [String: String] = [:],
    after earlier: StripeProcess? = nil
  ) throws {
    self.earlier = earlier
    directory =
      earlier?.directory ?? FileManager.default.temporaryDirectory.appending(path: "s\(UInt32.random(in: 0 ... .max))")
    socketPath = directory.path + "/run/stripe.sock"
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    process.executableURL = Self.program("credits-stripe")
    process.arguments =
      try arguments ?? [
        "--socket", socketPath, "--api-base", base, "--return-url", "https://example.com/back",
        "--key-file", write(key + "\n", to: "key"),
        "--webhook-secret-file", write(secret + "\n", to: "webhook"),
      ]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardError = errors
    process.standardOutput = errors
    try process.run()
  }

  func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
    let path = directory.appending(path: name).path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  /// Ends the process as an operator would. Returns everything that it wrote.
  func stop() -> String {
    kill(process.processIdentifier, SIGTERM)
    return text()
  }

  /// Returns everything that the process wrote until it ended.
  func text() -> String {
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  deinit {
    if process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    if earlier == nil { try? FileManager.default.removeItem(at: directory) }
  }

  /// Returns the path of a program that was built beside the tests.
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
