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
      (#"[{"name": "a", "uid": "ada", "roles": []}]"#, "callers[0].uid: take a number"),
      (#"[{"name": "a", "uid": -1, "roles": []}]"#, "callers[0].uid: take a whole number from 0 to 4294967294"),
      (#"[{"name": "a", "gid": 4294967295, "roles": []}]"#, "callers[0].gid: take a whole number from 0 to"),
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

  /// More groups than the daemon has room for at first.
  private static let manyGroups = Array(5000...5099)

  @Test(
    "of a group are also those that have it as one of many supplementary groups",
    .enabled(if: geteuid() == 0, "only root can give a process groups"),
    arguments: [
      // The primary group comes before the file's order.
      (CallerGroups(primary: 5001, others: [5000]), "second", true),
      (CallerGroups(primary: 4999, others: manyGroups), "first", false),
      (CallerGroups(primary: 4999, others: [5001, 5002]), "second", true),
      (CallerGroups(primary: 4999, others: [5002]), nil, false),
    ]
  )
  func groups(groups: CallerGroups, name: String?, mayCreate: Bool) async throws {
    let directory = try TestDirectory()
    let json = """
      {"logCalls": true, "callers": [
        {"name": "first", "gid": 5000, "roles": ["read"]},
        {"name": "second", "gid": 5001, "roles": ["read", "billing"]}
      ]}
      """
    let file = try directory.write(json, to: "config.json")
    let daemon = try RunningDaemon(in: directory, options: ["--config", file])
    await (try daemon.client()).close()
    // Who may connect is the socket's mode's business; here everybody may.
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: daemon.socketPath)
    let read = try groups.call("GetWallet", #"{"walletId": "ada"}"#, of: daemon)
    let create = try groups.call("CreateWallet", #"{"walletId": "ada", "idempotencyKey": "k"}"#, of: daemon)
    #expect(read.contains(name == nil ? "uid 65533 has no role" : "WALLET_NOT_FOUND"), "\(read)")
    #expect(create.contains("PERMISSION_DENIED") == !mayCreate, "\(create)")
    if let name, !mayCreate { #expect(create.contains(name), "\(create)") }
    #expect(daemon.stop() == 0)
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

/// The groups of a process that calls as nobody's user.
struct CallerGroups: Sendable, CustomTestStringConvertible {
  let primary: Int
  let others: [Int]

  var testDescription: String { "group \(primary) and \(others.count) others" }

  /// Runs `creditsctl call` with these groups. Returns what it printed.
  func call(_ method: String, _ request: String, of daemon: RunningDaemon) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/setpriv")
    process.arguments = [
      "--reuid", "65533", "--regid", "\(primary)", "--groups", others.map(String.init).joined(separator: ","),
      RunningDaemon.program("creditsctl").path, "call", "--socket", daemon.socketPath, method, request,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }
}
