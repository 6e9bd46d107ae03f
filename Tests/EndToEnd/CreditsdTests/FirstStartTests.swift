import Foundation
import Testing

@Suite("The first start of creditsd")
struct FirstStartTests {
  private let directory: TestDirectory

  init() throws { directory = try TestDirectory() }

  /// Ends the daemon once it serves.
  private func expectServing(_ daemon: RunningDaemon) async throws {
    let credits = try await daemon.client()
    await credits.close()
    #expect(daemon.stop() == 0)
  }

  private func mode(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: directory.path(name))[.posixPermissions] as? Int
  }

  @Test("makes the directories above its ledger and above its socket")
  func parents() async throws {
    let socket = directory.path("run/a/b/credits.sock")
    let places = ["--socket", socket, "--data", directory.path("state/a/b")]
    try await expectServing(try RunningDaemon(in: directory, socketPath: socket, places: places))
    #expect(FileManager.default.fileExists(atPath: directory.path("state/a/b/ledger.db")))
    for name in ["state", "state/a", "state/a/b", "run/a/b"] { #expect(try mode(name) == 0o700, "\(name)") }
    for name in ["run", "run/a"] { #expect(try mode(name) == 0o755, "\(name)") }
  }

  @Test("takes the first of systemd's directories for ledger and socket, and gRPC's name of a socket")
  func directories() async throws {
    let environment = [
      "STATE_DIRECTORY": "\(directory.path("state")):\(directory.path("other"))",
      "RUNTIME_DIRECTORY": "\(directory.path("run")):\(directory.path("other"))",
    ]
    let socket = directory.path("run/credits.sock")
    try await expectServing(
      try RunningDaemon(in: directory, socketPath: socket, places: [], environment: environment)
    )
    #expect(FileManager.default.fileExists(atPath: directory.path("state/ledger.db")))
    #expect(!FileManager.default.fileExists(atPath: directory.path("other")))
    let named = ["--socket", "unix://" + socket, "--data", directory.path("state")]
    try await expectServing(try RunningDaemon(in: directory, socketPath: socket, places: named))
  }

  /// What fails, how it is set up, and what the message has to hold: the path, and what to do.
  struct Failure: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Relative to the test's directory, unless absolute.
    var file: (name: String, text: String)?
    /// Whether there is a ledger already.
    var hasLedger = false
    var data = "ledger"
    var socket = "credits.sock"
    let words: [String]
  }

  @Test(
    "that fails says in a sentence why, with the path and what to do next",
    arguments: [
      Failure(
        testDescription: "a file where a directory should be",
        file: ("file", "x"),
        data: "file/ledger",
        words: ["/file", "Not a directory", "choose a data directory"]
      ),
      Failure(
        testDescription: "the data directory is a file",
        file: ("file", "x"),
        data: "file",
        words: ["/file", "Not a directory", "choose a data directory"]
      ),
      Failure(
        testDescription: "no right to make the data directory",
        data: "/sys/credits/ledger",
        words: ["/sys/credits", "choose another data directory"]
      ),
      Failure(
        testDescription: "no ledger under its name",
        file: ("ledger/ledger.db", String(repeating: "no ledger at all ", count: 100)),
        words: ["/ledger", "--data"]
      ),
      Failure(
        testDescription: "damaged books of the simulated processor",
        file: ("ledger/simulated-processor.log", "no record\n"),
        hasLedger: true,
        words: ["/ledger/simulated-processor.log", "line 1"]
      ),
      Failure(
        testDescription: "no right to make the socket's directory",
        socket: "/sys/credits/a/credits.sock",
        words: ["/sys/credits", "use another path"]
      ),
      Failure(
        testDescription: "a file where the socket should be",
        file: ("file", "x"),
        socket: "file",
        words: ["/file", "is a regular file, not a socket", "use another path"]
      ),
    ]
  )
  func failures(failure: Failure) async throws {
    func path(_ name: String) -> String { name.hasPrefix("/") ? name : directory.path(name) }
    if failure.hasLedger {
      let first = try RunningDaemon(in: directory)
      let credits = try await first.client()
      await credits.close()
      #expect(first.stop() == 0)
    }
    if let file = failure.file {
      let url = URL(filePath: path(file.name))
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try file.text.write(to: url, atomically: true, encoding: .utf8)
    }
    let places = ["--data", path(failure.data), "--socket", path(failure.socket)]
    let daemon = try RunningDaemon(in: directory, places: places)
    let text = daemon.errorText()
    #expect(daemon.process.terminationStatus != 0)
    for word in failure.words { #expect(text.contains(word), "\(text)") }
    for dump in ["failed(", "diskFull(", "Error(", "unavailable(", "systemCall", "Swift."] {
      #expect(!text.contains(dump), "\(text)")
    }
  }

  @Test("passes over sockets that were meant for another process", arguments: [["LISTEN_PID": "1"], [:]])
  func listenFDs(pid: [String: String]) async throws {
    let environment = pid.merging(["LISTEN_FDS": "1", "LISTEN_FDNAMES": "other"]) { $1 }
    try await expectServing(try RunningDaemon(in: directory, environment: environment))
  }

  @Test(
    "serves whatever NOTIFY_SOCKET says",
    arguments: ["vsock:2:1", "vsock-stream:2:1", "nonsense", "/no/such/socket"]
  )
  func notifySocket(address: String) async throws {
    try await expectServing(try RunningDaemon(in: directory, environment: ["NOTIFY_SOCKET": address]))
  }

  @Test("tells a service manager behind an abstract name and behind a path", arguments: [true, false])
  func notified(isAbstract: Bool) async throws {
    let path = directory.path("notify")
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = (isAbstract ? [0] : []) + Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let manager = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(manager) }
    let length = socklen_t(2 + name.count + (isAbstract ? 0 : 1))
    let isBound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(manager, $0, length) == 0 }
    }
    try #require(isBound)
    let environment = ["NOTIFY_SOCKET": isAbstract ? "@" + path : path]
    let daemon = try RunningDaemon(in: directory, environment: environment)
    var told: [String] = []
    try await expectServing(daemon)
    var buffer = [UInt8](repeating: 0, count: 256)
    while true {
      let count = recv(manager, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { break }
      told.append(String(decoding: buffer[..<count], as: UTF8.self))
    }
    #expect(told.first == "READY=1" && told.last == "STOPPING=1", "\(told)")
  }
}
