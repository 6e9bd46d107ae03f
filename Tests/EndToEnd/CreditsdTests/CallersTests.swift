import CreditsClient
import Foundation
import Testing

@Suite("The callers of creditsd's configuration file")
struct CallersTests {
  private static let ownName = "uid-\(getuid())"
  /// Of nobody on a test's machine.
  private static let otherUser = 4_000_000_001

  private func daemon(_ callers: String, in directory: TestDirectory) throws -> RunningDaemon {
    let file = try directory.write(#"{"callers": \#(callers)}"#, to: "config.json")
    return try RunningDaemon(in: directory, options: ["--config", file])
  }

  @Test("leave the daemon's own user every role, under its usual name, while no rule names it")
  func ownUser() async throws {
    let directory = try TestDirectory()
    let callers = #"[{"name": "engine", "uid": \#(Self.otherUser), "roles": ["read"]}]"#
    let daemon = try daemon(callers, in: directory)
    let credits = try await daemon.client()
    _ = try await credits.wallet.create("ada", idempotencyKey: "create")
    _ = try await credits.wallet.grant("ada", .dollars(6), idempotencyKey: "grant")
    _ = try await credits.wallet.charge("ada", .dollars(1), for: .call, idempotencyKey: "charge")
    for try await update in credits.wallet.changes("ada", after: 0) {
      guard case .change(let change) = update else { continue }
      #expect(change.actor == Self.ownName)
      if change.kind == .charge { break }
    }
    await credits.close()
    #expect(daemon.stop() == 0)
    let log = daemon.errorText()
    #expect(log.contains("engine (uid \(Self.otherUser))") && log.contains("\(Self.ownName) (uid \(getuid()))"))
  }

  @Test("give the daemon's own user no more than a rule that names it says")
  func ownUserNamed() async throws {
    let directory = try TestDirectory()
    let daemon = try daemon(#"[{"name": "me", "uid": \#(getuid()), "roles": ["read"]}]"#, in: directory)
    let credits = try await daemon.client()
    let refusal = await #expect(throws: CreditsError.self) {
      try await credits.wallet.create("ada", idempotencyKey: "create")
    }
    #expect(refusal?.reason == .roleMissing)
    await credits.close()
    #expect(daemon.stop() == 0)
    #expect(!daemon.errorText().contains(Self.ownName))
  }

  @Test(
    "are refused with the place where something is wrong",
    arguments: [
      ("[]", "callers in the configuration file is empty"),
      (#"[{"name": "a", "roles": ["read"]}]"#, "callers[0] in the configuration file: \"a\": give it a uid or a gid"),
      (#"[{"name": "a", "uid": 1, "gid": 1, "roles": ["read"]}]"#, "callers[0]"),
      (
        #"[{"name": "a", "uid": 1, "roles": ["write"]}]"#,
        "callers[0] in the configuration file: \"a\": there is no role"
      ),
      (
        #"[{"name": "a", "uid": 1, "roles": []}, {"name": "b", "uid": 2, "role": ["read"]}]"#,
        "callers[1]: unknown member \"role\": known are gid, name, roles, uid"
      ),
      (#"[{"name": "a", "uid": 1, "roles": [], "Uid": 2}]"#, "callers[0]: unknown member \"Uid\""),
      (#"[{"name": "a", "uid": 1, "roles": []}, {"name": "b", "uid": 1, "roles": []}]"#, "callers[1]"),
      (#"[{"name": "a", "uid": "ada", "roles": []}]"#, "callers[0].uid"),
      (#"[{"name": "a", "uid": 1, "roles": ["read", 2]}]"#, "callers[0].roles[1]"),
      (#"[{"uid": 1, "roles": []}]"#, "callers[0].name is missing"),
      (
        #"[{"name": "ledger", "uid": 1, "roles": ["read"]}]"#,
        "callers[0] in the configuration file: \"ledger\" is reserved"
      ),
      (#"[{"name": "recharge-worker", "gid": 1, "roles": ["read"]}]"#, "\"recharge-worker\" is reserved"),
      (#"[{"name": "uid-0", "uid": 4000000001, "roles": ["read"]}]"#, "\"uid-0\" is reserved for the user"),
      (#"[{"name": "uid-1", "gid": 1, "roles": ["read"]}]"#, "\"uid-1\" is reserved for the user"),
      (#"[{"name": "", "uid": 1, "roles": ["read"]}]"#, "1 to 255 bytes"),
      (#"[{"name": "a\nb", "uid": 1, "roles": ["read"]}]"#, "no control characters"),
    ]
  )
  func refused(callers: String, complaint: String) throws {
    let directory = try TestDirectory()
    let daemon = try daemon(callers, in: directory)
    #expect(daemon.errorText().contains(complaint), "\(daemon.errorText())")
    #expect(daemon.errorText().contains("config") && daemon.process.terminationStatus != 0)
    #expect(!FileManager.default.fileExists(atPath: directory.path("ledger")))
  }

  @Test("of the README are taken, and one of them has the role admin")
  func example() throws {
    var root = URL(filePath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: root.appending(path: "Package.swift").path) {
      try #require(root.path != "/")
      root.deleteLastPathComponent()
    }
    let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(text.range(of: "```json\n"))
    let end = try #require(text.range(of: "```", range: start.upperBound..<text.endIndex))
    let json = String(text[start.upperBound..<end.lowerBound])
    #expect(json.contains("\"admin\""))
    let directory = try TestDirectory()
    // The group is the README's; a level that is none ends the daemon only after the callers have been read.
    let file = try directory.write(
      json.replacingOccurrences(of: "\"telephony\"", with: "\"\(getgid())\""),
      to: "config.json"
    )
    let daemon = try RunningDaemon(in: directory, options: ["--config", file, "--socket", directory.path("")])
    #expect(daemon.errorText().contains("is a directory, not a socket"), "\(daemon.errorText())")
  }
}
