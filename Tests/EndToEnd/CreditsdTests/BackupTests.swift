import CreditsClient
import Foundation
import Testing

@Suite("creditsctl backup and verify", .timeLimit(.minutes(5)))
struct BackupTests {
  struct Output {
    let status: Int32
    let text: String
  }

  static func creditsctl(_ arguments: [String], socket: String) throws -> Output {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = RunningDaemon.program("creditsctl")
    process.arguments = [arguments[0], "--socket", socket] + arguments.dropFirst()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Output(status: process.terminationStatus, text: text)
  }

  @Test("copies a ledger in use; the copy holds what was acknowledged before, and another daemon can serve it")
  func backup() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(10), idempotencyKey: "grant")
    let load = Task {
      var keys: [String] = []
      while !Task.isCancelled {
        let key = "k\(keys.count)"
        do {
          _ = try await credits.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: key)
        } catch let error as CreditsError where error.code == .cancelled {
          break
        }
        keys.append(key)
      }
      return keys
    }
    while try await credits.wallet.get("ada").sequence < 100 {}
    let before = try await credits.wallet.get("ada")
    try FileManager.default.createDirectory(atPath: directory.path("copy"), withIntermediateDirectories: false)
    let copy = directory.path("copy/ledger.db")
    let first = try Self.creditsctl(["backup", copy], socket: daemon.socketPath)
    #expect(first.status == 0, "\(first.text)")
    load.cancel()
    let keys = try await load.value
    let again = try Self.creditsctl(["backup", copy], socket: daemon.socketPath)
    #expect(again.status == 1 && again.text.contains("--force"), "\(again.text)")
    #expect(!FileManager.default.fileExists(atPath: copy + ".partial"))
    let verified = try Self.creditsctl(["verify"], socket: daemon.socketPath)
    #expect(verified.status == 0 && verified.text.contains("sound"), "\(verified.text)")
    await credits.close()
    #expect(daemon.stop() == 0)

    let copied = try RunningDaemon(in: directory, options: ["--data", directory.path("copy")])
    let other = try await copied.client()
    let wallet = try await other.wallet.get("ada")
    #expect(wallet.sequence >= before.sequence)
    for key in keys.prefix(Int(before.sequence) - 2) {
      let charge = try await other.wallet.charge("ada", .micros(1), for: .call, idempotencyKey: key)
      #expect(charge.isReplayed)
    }
    #expect(try await other.wallet.get("ada") == wallet)
    #expect(try await other.ledger.verify().sound)
    let forced = try Self.creditsctl(["backup", "--force", directory.path("other.db")], socket: copied.socketPath)
    #expect(forced.status == 0, "\(forced.text)")
    await other.close()
    #expect(copied.stop() == 0)
  }

  @Test("verifies with an earlier digest that the ledger was not rewritten since")
  func digest() async throws {
    let directory = try TestDirectory()
    let daemon = try RunningDaemon(in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    let verdict = try await credits.ledger.verify()
    #expect(verdict.sound && verdict.recordCount == 1)
    _ = try await credits.wallet.create("bob", idempotencyKey: "create-bob")
    let known = ["--known-changes", "1", "--known-digest", verdict.digest]
    let good = try Self.creditsctl(["verify"] + known, socket: daemon.socketPath)
    #expect(good.status == 0, "\(good.text)")
    let later = try await credits.ledger.verify()
    #expect(later.sound && later.digest != verdict.digest)
    let bad = ["--known-changes", "1", "--known-digest", later.digest]
    let found = try Self.creditsctl(["verify"] + bad, socket: daemon.socketPath)
    #expect(found.status == 1 && found.text.contains("rewritten"), "\(found.text)")
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  @Test("requires the admin role")
  func roles() async throws {
    let directory = try TestDirectory()
    let json = #"{"callers": [{"name": "reader", "uid": \#(getuid()), "roles": ["read"]}]}"#
    let file = try directory.write(json, to: "config.json")
    let daemon = try RunningDaemon(in: directory, options: ["--config", file])
    await (try await daemon.client()).close()
    for command in [["backup", directory.path("copy.db")], ["verify"]] {
      let refused = try Self.creditsctl(command, socket: daemon.socketPath)
      #expect(refused.status == 1 && refused.text.contains("PERMISSION_DENIED"), "\(refused.text)")
    }
    #expect(!FileManager.default.fileExists(atPath: directory.path("copy.db")))
    #expect(!FileManager.default.fileExists(atPath: directory.path("copy.db.partial")))
    #expect(daemon.stop() == 0)
  }
}
