import CreditsClient
import Foundation
import Synchronization

/// The files of a run.
struct RunFiles: Sendable {
  private let directory: URL
  private let isTemporary: Bool

  init(_ path: String?) throws {
    isTemporary = path == nil
    directory =
      path.map { URL(fileURLWithPath: $0) }
      ?? FileManager.default.temporaryDirectory.appendingPathComponent("credits-torture-\(getpid())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

  func clear() { if isTemporary { try? FileManager.default.removeItem(at: directory) } }
}

/// The processes `creditsd` and `credits-simulator`, with their files.
final class Stage: Sendable {
  let files: RunFiles
  let clock: FastClock
  /// Clients that reconnect to each new `creditsd`.
  let clients = Mutex<[CreditsClient]>([])
  private let faults: FaultOptions
  private let processes: Mutex<Processes>

  private struct Processes {
    var daemon: Process
    var simulator: Process
    var simulatorStarts = 1
  }

  /// In milliseconds, shorter than the delay of slow responses, so that those time out.
  private static let processorTimeout = 250

  init(in files: RunFiles, clock: FastClock, faults: FaultOptions) throws {
    self.files = files
    self.clock = clock
    self.faults = faults
    let simulator = try Self.simulator(in: files, books: "books", plan: faults.plan(start: 0))
    processes = Mutex(Processes(daemon: try Self.daemon(in: files), simulator: simulator))
  }

  var processorSocket: String { files.path("processor.sock") }

  func client(_ number: Int) async throws -> CreditsClient {
    let count = 8
    while clients.withLock({ $0.count }) < count {
      let client = try await CreditsClient.connect(
        socketPath: files.path("credits.sock"),
        timeout: .seconds(30),
        waitsForServer: true
      )
      clients.withLock { $0.append(client) }
    }
    return clients.withLock { $0[number % count] }
  }

  /// Kills `creditsd` at work, and starts another.
  func killDaemon() throws {
    try processes.withLock { processes in
      Self.kill(processes.daemon)
      processes.daemon = try Self.daemon(in: files)
    }
  }

  /// Kills the processor, and starts another with a different fault seed.
  func killSimulator() throws {
    try processes.withLock { processes in
      Self.kill(processes.simulator)
      try restart(&processes)
    }
  }

  /// Puts the processor of another account in the place of the processor for a while, as with an operator's wrong key. It
  /// knows none of the charges, and refuses what it does not know.
  func exchangeAccount(for duration: Duration) async throws {
    try processes.withLock { processes in
      Self.kill(processes.simulator)
      processes.simulator = try Self.simulator(in: files, books: Self.otherBooks, plan: nil)
    }
    try await Task.sleep(for: duration)
    try killSimulator()
  }

  private func restart(_ processes: inout Processes) throws {
    processes.simulator = try Self.simulator(
      in: files,
      books: "books",
      plan: faults.plan(start: processes.simulatorStarts)
    )
    processes.simulatorStarts += 1
  }

  /// Returns the processor's books as printed by `credits-simulator books`, split into fields.
  func books() throws -> [[Substring]] { try books("books") }

  /// Returns the books of the account that took the processor's place.
  func booksOfOtherAccount() throws -> [[Substring]] {
    FileManager.default.fileExists(atPath: files.path(Self.otherBooks)) ? try books(Self.otherBooks) : []
  }

  private static let otherBooks = "other-books"

  private func books(_ name: String) throws -> [[Substring]] {
    let listing = Process()
    let text = Pipe()
    listing.executableURL = Self.program("credits-simulator")
    listing.arguments = ["books", "--file", files.path(name)]
    listing.standardOutput = text
    try listing.run()
    let lines = String(decoding: text.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
    listing.waitUntilExit()
    guard listing.terminationStatus == 0 else { throw TortureError(description: "the books cannot be read") }
    return lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
  }

  func end() async throws {
    for client in clients.withLock({ $0 }) { await client.close() }
    processes.withLock { processes in
      Self.kill(processes.daemon)
      Self.kill(processes.simulator)
    }
  }

  private static func daemon(in files: RunFiles) throws -> Process {
    try start(
      "creditsd",
      [
        "--socket", files.path("credits.sock"), "--data", files.path("ledger"),
        "--processor", "unix:" + files.path("processor.sock"), "--processor-timeout", "\(processorTimeout)",
        "--test-clock", files.path("clock"), "--log-level", "notice",
      ],
      log: files.path("creditsd.log")
    )
  }

  private static func simulator(in files: RunFiles, books: String, plan: String?) throws -> Process {
    var arguments = ["--socket", files.path("processor.sock"), "--file", files.path(books)]
    if let plan { arguments += ["--events", files.path("events"), "--faults", plan] }
    return try start("credits-simulator", arguments, log: files.path("simulator.log"))
  }

  private static func start(_ name: String, _ arguments: [String], log: String) throws -> Process {
    let file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw TortureError(description: "cannot write \(log)") }
    let process = Process()
    process.executableURL = program(name)
    process.arguments = arguments
    // Permits the test clock.
    process.environment = ProcessInfo.processInfo.environment.merging(["CREDITS_TESTING": "1"]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    try process.run()
    return process
  }

  private static func kill(_ process: Process) {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// The path of a program built beside this one.
  private static func program(_ name: String) -> URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent(name)
  }
}

/// How the processor fails.
struct FaultOptions: Sendable {
  /// How likely a request meets a fault that passes.
  let passing: Double
  let seed: UInt64

  /// In milliseconds, longer than `creditsd` waits.
  private static let slowness = 350
  private static let lateness = 2000
  private static let searchLag = 500

  /// Returns the plan of the processor's process, counted from 0. Each draws other faults.
  func plan(start: Int) -> String {
    let rare = passing / 30
    let plan: [(name: String, value: String)] = [
      ("all", "\(passing)"), ("stored-failure", "\(rare)"), ("other-answer", "\(rare)"), ("late-effect", "\(rare)"),
      ("duplicate-events", "\(passing)"), ("reordered-events", "\(passing)"), ("slowness", "\(Self.slowness)"),
      ("lateness", "\(Self.lateness)"), ("search-lag", "\(Self.searchLag)"),
      ("seed", "\(seed &+ UInt64(start) &* 1000)"),
    ]
    return plan.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
  }
}

struct TortureError: Error, CustomStringConvertible {
  let description: String
}
