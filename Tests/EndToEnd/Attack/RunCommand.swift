import ArgumentParser
import CreditsClient
import Foundation

/// All attacks, one after another, and what an honest caller notices of them.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Make each attack on a daemon and on another, and compare what an honest caller of the first notices."
  )

  /// What a caller may notice, and what a daemon may keep.
  private static let mostSlowdown = 2.0
  private static let mostKeptKibibytes = 64 * 1024

  @Option(help: "How long each attack lasts, in seconds.")
  var seconds = 2.0

  @Option(help: "How often each attack is made; medians are compared.")
  var rounds = 3

  @Option(help: "The attacks to make; by default all.")
  var only: [AttackKind] = []

  @Flag(inversion: .prefixedNo, help: "Whether the honest crowd calls too.")
  var crowd = true

  func run() async throws {
    guard geteuid() == 0 else { throw ValidationError("attackers are other users: run it as root") }
    let directory = FileManager.default.temporaryDirectory.appending(path: "credits-attack-\(getpid())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let attacked = try await AttackedDaemon(in: directory.appending(path: "a"))
    let other = try await AttackedDaemon(in: directory.appending(path: "b"))
    _ = try await HonestCaller.slowest(of: attacked.client, for: .seconds(1))

    var failures = 0
    say("| attack | p99, another attacked | p99, attacked | times | RSS kept | connections |")
    say("|---|---|---|---|---|---|")
    for kind in only.isEmpty ? AttackKind.allCases : only {
      let row = try await row(kind, attacked, other)
      say(row.text)
      if row.slowdown > Self.mostSlowdown || row.keptKibibytes > Self.mostKeptKibibytes { failures += 1 }
    }
    if crowd {
      let (succeeded, count, time) = try await honestCrowd(attacked)
      say("honest crowd: \(succeeded) of \(count) calls succeeded in \(time), while another user attacked")
      if succeeded != count { failures += 1 }
    }
    guard attacked.isRunning, other.isRunning else {
      say("a daemon has ended")
      throw ExitCode.failure
    }
    await attacked.stop()
    await other.stop()
    say(failures == 0 ? "all as it must be" : "\(failures) rows are not as they must be")
    if failures > 0 { throw ExitCode.failure }
  }

  private struct Row {
    var text: String
    var slowdown: Double
    var keptKibibytes: Int
  }

  private func row(_ kind: AttackKind, _ attacked: AttackedDaemon, _ other: AttackedDaemon) async throws -> Row {
    let before = attacked.residentKibibytes
    var (quiet, loud): ([Duration], [Duration]) = ([], [])
    var outcome = ""
    for _ in 0..<rounds {
      quiet.append(try await slowest(of: attacked, while: kind, on: other).time)
      let result = try await slowest(of: attacked, while: kind, on: attacked)
      loud.append(result.time)
      outcome = result.outcome
    }
    // The connections of the attackers are closed when the daemon has read their ends.
    _ = try await HonestCaller.slowest(of: attacked.client, for: .milliseconds(500))
    let kept = attacked.residentKibibytes - before
    let (one, two) = (quiet.sorted()[rounds / 2], loud.sorted()[rounds / 2])
    let slowdown = two / one
    let times = String(format: "%.2f", slowdown)
    let text =
      "| \(kind.rawValue) | \(one.milliseconds) | \(two.milliseconds) | \(times) | \(kept / 1024) MiB | \(outcome) |"
    return Row(text: text, slowdown: slowdown, keptKibibytes: kept)
  }

  private func slowest(
    of daemon: AttackedDaemon,
    while kind: AttackKind,
    on target: AttackedDaemon
  ) async throws -> (time: Duration, outcome: String) {
    let arguments = ["attacker", kind.rawValue, "--socket", target.socketPath, "--seconds", "\(seconds)"]
    async let outcome = ChildProcess.output(of: arguments)
    let time = try await HonestCaller.slowest(of: daemon.client, for: .seconds(seconds))
    return (time, try await outcome)
  }

  private func honestCrowd(_ daemon: AttackedDaemon) async throws -> (Int, Int, Duration) {
    let (connections, calls) = (4000, 5)
    let arguments = ["--socket", daemon.socketPath]
    async let attack = ChildProcess.output(of: ["attacker", "rapidReset", "--seconds", "5"] + arguments)
    let start = ContinuousClock.now
    let text = try await ChildProcess.output(
      of: ["crowd", "--connections", "\(connections)", "--calls", "\(calls)", "--user", "\(AttackedDaemon.crowdID)"]
        + arguments
    )
    let time = ContinuousClock.now - start
    _ = try await attack
    return (Int(text) ?? 0, connections * calls, time)
  }

  private func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}

/// A caller that reads a wallet again and again.
enum HonestCaller {
  /// Returns the 99th percentile of the times of its calls.
  static func slowest(of client: CreditsClient, for duration: Duration) async throws -> Duration {
    var times: [Duration] = []
    let end = ContinuousClock.now + duration
    while times.isEmpty || ContinuousClock.now < end {
      let start = ContinuousClock.now
      _ = try await client.wallet.get("ada")
      times.append(ContinuousClock.now - start)
    }
    times.sort()
    return times[times.count * 99 / 100]
  }
}

/// This program again, with other arguments.
enum ChildProcess {
  /// Returns the first line of what it printed when it has ended.
  static func output(of arguments: [String]) async throws -> String {
    let process = Process()
    process.executableURL = AttackedDaemon.program("credits-attack")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do { try process.run() } catch { ended.resume(throwing: error) }
    }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return text.split(separator: "\n").first.map(String.init) ?? ""
  }
}

extension Duration {
  fileprivate var milliseconds: String { String(format: "%.2f ms", self / .milliseconds(1)) }
}
