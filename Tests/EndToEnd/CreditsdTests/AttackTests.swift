import CreditsClient
import Foundation
import Testing

/// The attacks of `make attack`, each for a moment: what they cost others is measured there.
@Suite(
  "A daemon that a user without any role attacks",
  .serialized,
  .timeLimit(.minutes(3)),
  .enabled(if: geteuid() == 0, "only root can call as another user")
)
struct AttackTests {
  private static let crowdID = 65_532

  private func run(_ arguments: [String], on daemon: RunningDaemon? = nil) throws -> String {
    let process = Process()
    process.executableURL = RunningDaemon.program("credits-attack")
    process.arguments = arguments + (daemon.map { ["--socket", $0.socketPath] } ?? [])
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text.trimmingCharacters(in: .newlines)
  }

  private func residentMebibytes(of daemon: RunningDaemon) throws -> Int {
    let path = "/proc/\(daemon.process.processIdentifier)/status"
    let status = try String(contentsOfFile: path, encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
    return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) / 1024
  }

  private func withDaemon(_ body: (RunningDaemon, CreditsClient) async throws -> Void) async throws {
    let directory = try TestDirectory()
    let json = #"{"callers": [{"name": "crowd", "uid": \#(Self.crowdID), "roles": ["read"]}]}"#
    let file = try directory.write(json, to: "config.json")
    let daemon = try RunningDaemon(in: directory, options: ["--config", file])
    let client = try await daemon.client()
    _ = try await client.wallet.create("ada", idempotencyKey: "create")
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: daemon.socketPath)
    try await body(daemon, client)
    await client.close()
    #expect(daemon.stop() == 0)
  }

  @Test("goes on serving, and keeps no memory of it")
  func attacks() async throws {
    try await withDaemon { daemon, client in
      let attacks = try run(["list"]).split(separator: "\n").map(String.init)
      #expect(attacks.count >= 14)
      for attack in attacks {
        let before = try residentMebibytes(of: daemon)
        let outcome = try run(["attacker", attack, "--seconds", "0.3"], on: daemon)
        #expect(outcome.hasPrefix("opened"), "\(attack): \(outcome)")
        _ = try await client.wallet.grant("ada", .dollars(1), idempotencyKey: attack)
        #expect(try residentMebibytes(of: daemon) - before < 64, "\(attack): \(outcome)")
      }
    }
  }

  @Test("answers every call of an honest crowd meanwhile")
  func crowd() async throws {
    try await withDaemon { daemon, _ in
      let attacker = Process()
      attacker.executableURL = RunningDaemon.program("credits-attack")
      attacker.arguments = ["attacker", "rapidReset", "--seconds", "60", "--socket", daemon.socketPath]
      try attacker.run()
      let arguments = ["crowd", "--connections", "1000", "--calls", "20", "--user", "\(Self.crowdID)"]
      #expect(try run(arguments, on: daemon) == "20000")
      attacker.terminate()
      attacker.waitUntilExit()
    }
  }
}
