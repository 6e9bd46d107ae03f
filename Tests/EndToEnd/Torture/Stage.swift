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
  /// Clients that reconnect to each new `creditsd`.
  let clients = Mutex<[CreditsClient]>([])
  private let seed: UInt64
  private let faults: Double
  private let processes: Mutex<Processes>

  private struct Processes {
    var daemon: Process
    var simulator: Process
    var simulatorStarts = 1
  }

  /// In milliseconds, shorter than the delay of slow responses, so that those time out.
  private static let processorTimeout = 250
  private static let slowness = 350

  init(in files: RunFiles, seed: UInt64, faults: Double) throws {
    self.files = files
    self.seed = seed
    self.faults = faults
    let simulator = try Self.simulator(in: files, seed: seed, faults: faults)
    processes = Mutex(Processes(daemon: try Self.daemon(in: files), simulator: simulator))
  }

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
      let seed = seed &+ UInt64(processes.simulatorStarts) &* 1000
      processes.simulator = try Self.simulator(in: files, seed: seed, faults: faults)
      processes.simulatorStarts += 1
    }
  }

  /// Returns the processor's books as printed by `credits-simulator books`, split into fields.
  func books() throws -> [[Substring]] {
    let listing = Process()
    let text = Pipe()
    listing.executableURL = Self.program("credits-simulator")
    listing.arguments = ["books", "--file", files.path("books")]
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
        "--log-level", "notice",
      ],
      log: files.path("creditsd.log")
    )
  }

  private static func simulator(in files: RunFiles, seed: UInt64, faults: Double) throws -> Process {
    let plan = "all=\(faults),duplicate-events=\(faults),reordered-events=\(faults),slowness=\(slowness),seed=\(seed)"
    return try start(
      "credits-simulator",
      [
        "--socket", files.path("processor.sock"), "--file", files.path("books"), "--events", files.path("events"),
        "--faults", plan,
      ],
      log: files.path("simulator.log")
    )
  }

  private static func start(_ name: String, _ arguments: [String], log: String) throws -> Process {
    let file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw TortureError(description: "cannot write \(log)") }
    let process = Process()
    process.executableURL = program(name)
    process.arguments = arguments
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

struct TortureError: Error, CustomStringConvertible {
  let description: String
}
