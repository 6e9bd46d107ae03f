import Glibc

/// The `creditsd` process that the story calls, built beside this program.
struct DaemonProcess {
  let processID: pid_t
  let socketPath: String

  struct StartFailure: Error, CustomStringConvertible {
    let path: String
    let code: Int32

    var description: String { "cannot start \(path): \(String(cString: strerror(code)))" }
  }

  /// Whether cards are simulated: `creditsd` takes another processor from the environment.
  static var simulatesCards: Bool { getenv("CREDITS_PROCESSOR") == nil }

  /// Starts `creditsd` with a new ledger in `directory`.
  init(directory: String) throws {
    socketPath = directory + "/credits.sock"
    let path = Self.siblingPath("creditsd")
    let arguments =
      [path, "--socket", socketPath, "--data", directory + "/ledger", "--log-level", "warning"]
      + (Self.simulatesCards ? ["--processor", "simulated"] : [])

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // The child would inherit this program's mask, which blocks the signals that stop the daemon.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var started = pid_t()
    let code = posix_spawn(&started, path, nil, &attributes, strings, environ)
    guard code == 0 else { throw StartFailure(path: path, code: code) }
    processID = started
  }

  /// Asks the daemon to drain.
  func stop() { kill(processID, SIGTERM) }

  /// Waits for the daemon to exit. Returns its exit status, or 128 plus the signal that ended it.
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(processID, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  private static func siblingPath(_ name: String) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
    let own = String(decoding: buffer[..<max(count, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + name
  }
}
