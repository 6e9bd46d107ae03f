import Foundation
import Testing

@Suite("creditsctl without a server")
struct ConnectionTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func expectNoConnection(
    _ path: String,
    _ words: String,
    before: [String] = [],
    program: String = Tool.path,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    for command in [["list"], ["health"]] {
      let outcome = try await Tool.run(command + ["--socket", path], program: program, before: before)
      #expect(outcome.status == 3, sourceLocation: sourceLocation)
      #expect(outcome.errors.contains(words), "\(outcome.errors)", sourceLocation: sourceLocation)
      #expect(outcome.errors.contains(path), sourceLocation: sourceLocation)
    }
  }

  @Test("says what to start when there is no socket")
  func noSocket() async throws {
    try await expectNoConnection(directory.path + "/none", "start creditsd")
    let outcome = try await Tool.run(["list"], environment: ["XDG_RUNTIME_DIR": directory.path])
    #expect(outcome.errors.contains("there is no socket at \(directory.path)/credits/credits.sock"))
  }

  @Test("says that a file is not a socket")
  func notASocket() async throws {
    let path = directory.path + "/file"
    try Data().write(to: URL(fileURLWithPath: path))
    try await expectNoConnection(path, "is not a socket")
  }

  @Test("says that the server of a socket has ended")
  func serverEnded() async throws {
    let path = directory.path + "/dead"
    _ = try RawListener(path: path) { _ in }
    try await expectNoConnection(path, "has ended")
  }

  @Test("says that a server does not speak HTTP/2")
  func notHTTP2() async throws {
    let path = directory.path + "/http1"
    let listener = try RawListener(path: path) { connection in
      let answer = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
      _ = write(connection, answer, answer.count)
    }
    try await expectNoConnection(path, "does not speak HTTP/2")
    withExtendedLifetime(listener) {}
  }

  @Test("says that a server hangs up")
  func hangsUp() async throws {
    let path = directory.path + "/closer"
    let listener = try RawListener(path: path) { _ in }
    try await expectNoConnection(path, "closes the connection at once")
    withExtendedLifetime(listener) {}
  }

  @Test(
    "says who may use a socket that it may not",
    .enabled(
      if: getuid() != 0 || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"),
      "needs setpriv as root"
    )
  )
  func permissionDenied() async throws {
    let path = directory.path + "/private"
    let listener = try RawListener(path: path) { _ in }
    chmod(path, getuid() == 0 ? 0o600 : 0)
    // Permissions do not bind root, so drop to another user, who may have no access to the build folder.
    let program = directory.path + "/creditsctl"
    try FileManager.default.copyItem(atPath: Tool.path, toPath: program)
    let asNobody = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    try await expectNoConnection(
      path,
      "permission denied",
      before: getuid() == 0 ? asNobody : [],
      program: program
    )
    withExtendedLifetime(listener) {}
  }

  @Test("refuses a path that is too long for a socket, before connecting")
  func longPath() async throws {
    let outcome = try await Tool.run(["list", "--socket", "/" + String(repeating: "x", count: 107)])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("108 bytes"))
  }

  @Test(
    "tells wrong usage apart",
    arguments: [
      ["frob"], ["call"], ["list", "--nope"], ["call", "X", "--timeout", "soon"], ["call", "X", "--timeout", "0"],
      ["call", "X", "-H", "novalue"], ["call", "X", "-H", "x-bin: *"], ["list", "--descriptor-set", "/no/such/file"],
    ]
  )
  func usage(_ arguments: [String]) async throws {
    let outcome = try await Tool.run(arguments)
    #expect(outcome.status == 2)
    #expect(!outcome.errors.isEmpty)
    #expect(outcome.output.isEmpty)
  }

  @Test("helps and completes", arguments: [["--help"], ["call", "--help"], ["--generate-completion-script", "bash"]])
  func help(_ arguments: [String]) async throws {
    let outcome = try await Tool.run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("creditsctl"))
  }
}
