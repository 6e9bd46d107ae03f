import CreditsClient
import Foundation
import RawCalls
import Testing

@Suite(
  "A daemon that may open few descriptors",
  .serialized,
  .timeLimit(.minutes(3)),
  .enabled(if: geteuid() == 0, "only root can call as another user")
)
struct DescriptorTests {
  private static let hogID = 65_533

  /// A daemon with these limits of descriptors, to whose socket everybody may connect, and a caller `hog`.
  private func daemon(soft: Int, hard: Int, in directory: TestDirectory) async throws -> RunningDaemon {
    let script = "#!/bin/sh\nulimit -S -n \(soft) && ulimit -H -n \(hard) && exec \"$@\"\n"
    let wrapper = try directory.write(script, to: "limited")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper)
    let json = #"{"callers": [{"name": "hog", "uid": \#(Self.hogID), "roles": ["read"]}]}"#
    let file = try directory.write(json, to: "config.json")
    let daemon = try RunningDaemon(in: directory, options: ["--config", file], wrapper: wrapper)
    await (try daemon.client()).close()
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: daemon.socketPath)
    return daemon
  }

  private func openDescriptors(of daemon: RunningDaemon) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(daemon.process.processIdentifier)/fd").count
  }

  private func lines(_ text: String, in log: String) -> [Substring] {
    log.split(separator: "\n").filter { $0.contains(text) }
  }

  @Test(
    "serves other users and its files while one user takes all connections that it gets, and says so once",
    arguments: [64, 1024]
  )
  func hog(limit: Int) async throws {
    let directory = try TestDirectory()
    let daemon = try await daemon(soft: limit, hard: limit, in: directory)
    let client = try await daemon.client()
    _ = try await client.wallet.create("ada", idempotencyKey: "create")

    let hog = try HogProcess(at: daemon.socketPath, user: Self.hogID)
    #expect(hog.connectionCount >= limit / 8 && hog.connectionCount < limit / 2)
    #expect(try openDescriptors(of: daemon) <= limit - 24)

    // The honest user's connections, old and new, and what needs files.
    for call in 0..<3 {
      let another = try await daemon.client()
      _ = try await another.wallet.grant("ada", .dollars(1), idempotencyKey: "grant \(call)")
      await another.close()
    }
    let backup = Process()
    backup.executableURL = RunningDaemon.program("creditsctl")
    backup.arguments = ["backup", "--socket", daemon.socketPath, directory.path("backup.db")]
    try backup.run()
    backup.waitUntilExit()
    #expect(backup.terminationStatus == 0)
    #expect(lines("connections are refused", in: daemon.errorTextSoFar).count == 1)

    hog.end()
    while !daemon.errorTextSoFar.contains("connections are accepted again") { _ = try await client.wallet.get("ada") }
    let second = try HogProcess(at: daemon.socketPath, user: Self.hogID)
    #expect(second.connectionCount == hog.connectionCount)
    second.end()

    await client.close()
    #expect(daemon.stop() == 0)
    let log = daemon.errorText()
    let refused = lines("connections are refused", in: log)
    let accepted = lines("connections are accepted again", in: log)
    #expect(refused.count == 2 && accepted.count == 2, "\(log)")
    #expect(refused.allSatisfy { $0.contains("uid \(Self.hogID)") && $0.contains("warning") }, "\(log)")
    #expect(accepted.allSatisfy { $0.contains("uid \(Self.hogID)") && $0.contains("refused=20") }, "\(log)")
  }

  @Test("raises its soft limit to the hard one")
  func raises() async throws {
    let directory = try TestDirectory()
    let daemon = try await daemon(soft: 64, hard: 512, in: directory)
    let limits = try String(contentsOfFile: "/proc/\(daemon.process.processIdentifier)/limits", encoding: .utf8)
    let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
    #expect(line.split(separator: " ").dropFirst(3).prefix(2).map(String.init) == ["512", "512"])
    let hog = try HogProcess(at: daemon.socketPath, user: Self.hogID)
    #expect(hog.connectionCount > 64)
    hog.end()
    #expect(daemon.stop() == 0)
  }
}

/// `credits-attack hog`, as another user.
final class HogProcess {
  private let process = Process()
  private let input = Pipe()
  /// How many connections it has.
  let connectionCount: Int

  /// Returns once it has all that it gets.
  init(at path: String, user: Int) throws {
    let output = Pipe()
    process.executableURL = RunningDaemon.program("credits-attack")
    process.arguments = ["hog", "--socket", path, "--user", "\(user)"]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var text = ""
    while !text.contains("\n") {
      let more = output.fileHandleForReading.availableData
      try #require(!more.isEmpty, "the hog has ended")
      text += String(decoding: more, as: UTF8.self)
    }
    connectionCount = try #require(text.split(separator: " ").last.flatMap { Int($0.dropLast()) })
  }

  /// Has it close its connections.
  func end() {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  deinit { if process.isRunning { end() } }
}
