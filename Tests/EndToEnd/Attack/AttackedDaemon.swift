import CreditsClient
import Foundation

/// A `creditsd` process to whose socket everybody may connect.
final class AttackedDaemon {
  /// The user of the honest crowd, which has a rule.
  static let crowdID: UInt32 = 65_532

  let socketPath: String
  let client: CreditsClient
  private let process = Process()

  /// Returns once it serves.
  init(in directory: URL) async throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    socketPath = directory.appending(path: "credits.sock").path
    let configuration = directory.appending(path: "config.json")
    let json = #"{"callers": [{"name": "crowd", "uid": \#(Self.crowdID), "roles": ["read"]}]}"#
    try json.write(to: configuration, atomically: true, encoding: .utf8)
    process.executableURL = Self.program("creditsd")
    process.arguments = [
      "--socket", socketPath, "--data", directory.appending(path: "ledger").path, "--config", configuration.path,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    client = try await CreditsClient.connect(socketPath: socketPath, timeout: .seconds(30), waitsForServer: true)
    _ = try await client.wallet.create("ada", idempotencyKey: "create")
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: socketPath)
  }

  /// Resident memory in KiB (proc(5), `status`).
  var residentKibibytes: Int {
    let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }

  var isRunning: Bool { process.isRunning }

  func stop() async {
    await client.close()
    process.terminate()
    process.waitUntilExit()
  }

  /// A program that was built beside this one.
  static func program(_ name: String) -> URL {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: name)
  }
}
