import CreditsSocketPath
import Failpoints
import Glibc
import Ledger
import Logging
import ServiceProcess
import UnixGRPC

/// The settings of `creditsd`. Options override the environment, which overrides the configuration file, then defaults.
struct Settings {
  let socket: SocketSource
  let dataDirectory: String
  /// Whether a missing ledger is an error, rather than made.
  let takesExistingLedgerOnly: Bool
  let processor: ProcessorChoice
  let processorUserID: UInt32
  let processorTimeout: Duration?
  let logLevel: Logger.Level
  let logsCalls: Bool
  let lowBalance: DollarAmount
  let maximumShortfall: DollarAmount
  /// The limits of recharges, with the configured suggestions.
  let rechargeLimits: RechargeLimits
  let stopTimeout: StopTimeout
  let busyPolling: BusyPolling
  /// nil if the configuration file names no callers.
  let callers: [ConfigurationFile.Caller]?
  /// What each caller may use.
  let callerLimits: UserLimits
  /// The clocks of a test; nil for the host's clocks.
  let testClock: TestClock?
  let failpoint: Failpoint?

  init(flags: Creditsd, environment: Environment) throws(SettingsError) {
    let path = flags.config ?? environment["CREDITS_CONFIG"]
    let file = try path.map { path throws(SettingsError) in try ConfigurationFile(path: path) } ?? ConfigurationFile()

    let group = try (flags.socketGroup ?? environment["CREDITS_SOCKET_GROUP"] ?? file.socketGroup)
      .map { name throws(SettingsError) in try Self.groupID(name) }
    if let passed = SocketSource.passed(environment: { environment[$0] }) {
      socket = passed
    } else {
      let name = flags.socket ?? environment[CreditsSocket.pathVariable] ?? file.socket
      let path = try name.map(Self.socketPath) ?? Self.defaultSocketPath(environment)
      socket = .path(path, group: group)
    }

    if let data = flags.data ?? environment["CREDITS_DATA"] ?? file.data {
      dataDirectory = data
    } else {
      dataDirectory = try Self.defaultDataDirectory(environment)
    }

    if let processor = flags.processor {
      self.processor = processor
    } else {
      processor =
        try (environment["CREDITS_PROCESSOR"] ?? file.processor)
        .map { name throws(SettingsError) in try Self.processor(name) } ?? .unconfigured
    }
    processorUserID =
      try (flags.processorUser ?? environment["CREDITS_PROCESSOR_USER"] ?? file.processorUser)
      .map { name throws(SettingsError) in try Self.userID(name) } ?? geteuid()

    if let level = flags.logLevel {
      logLevel = level
    } else {
      let name = environment["CREDITS_LOG_LEVEL"] ?? file.logLevel ?? Logger.Level.info.rawValue
      guard let level = Logger.Level(rawValue: name) else { throw .logLevelUnknown(name) }
      logLevel = level
    }

    takesExistingLedgerOnly = try Self.isOn("CREDITS_EXISTING", flags.existing, environment, file.existing) ?? false
    logsCalls = try Self.isOn("CREDITS_LOG_CALLS", flags.logCalls, environment, file.logCalls) ?? false
    let polls = try Self.isOn("CREDITS_BUSY_POLLING", flags.busyPolling, environment, file.busyPolling) ?? true
    busyPolling = polls ? .adaptive : .off

    if let stopTimeout = flags.stopTimeout {
      self.stopTimeout = stopTimeout
    } else if let text = environment["CREDITS_STOP_TIMEOUT"] ?? file.stopTimeout {
      guard let stopTimeout = StopTimeout(argument: text) else { throw .timeInvalid("stopTimeout", text) }
      self.stopTimeout = stopTimeout
    } else {
      stopTimeout = .usual
    }

    lowBalance = try Self.amount("lowBalance", flags.lowBalance, environment["CREDITS_LOW_BALANCE"], file.lowBalance)
    maximumShortfall = try Self.amount(
      "maximumShortfall",
      flags.maximumShortfall,
      environment["CREDITS_MAXIMUM_SHORTFALL"],
      file.maximumShortfall
    )

    rechargeLimits = try Self.rechargeLimits(file)
    callers = file.callers
    callerLimits = UserLimits(
      connections: try Self.limit("connections", file.limits?.connections, 1...1_000_000)
        ?? UserLimits.usual.connections,
      bytes: try Self.limit("memoryMebibytes", file.limits?.memoryMebibytes, 1...1_000_000).map { $0 << 20 }
        ?? UserLimits.usual.bytes
    )

    testClock = try flags.testClock.map { path throws(SettingsError) in
      guard environment[TestClock.permission] == "1" else {
        throw .testsOnly("--test-clock", needs: "\(TestClock.permission)=1 in the environment")
      }
      return try TestClock(path: path, wallPath: flags.testWallClock)
    }
    if flags.testWallClock != nil, testClock == nil { throw .testsOnly("--test-wall-clock", needs: "--test-clock") }
    processorTimeout = flags.processorTimeout.map { .milliseconds(Int64($0)) }
    failpoint = flags.failAt
  }

  private static func isOn(
    _ variable: String,
    _ flag: Bool?,
    _ environment: Environment,
    _ member: Bool?
  ) throws(SettingsError) -> Bool? {
    if let flag { return flag }
    guard let value = environment[variable] else { return member }
    guard let isOn = Bool(value) else { throw .switchInvalid(variable, value) }
    return isOn
  }

  private static func limit(
    _ name: String,
    _ number: Int?,
    _ permitted: ClosedRange<Int>
  ) throws(SettingsError) -> Int? {
    guard let number else { return nil }
    guard permitted.contains(number) else { throw .limitInvalid(name, number, permitted) }
    return number
  }

  private static func processor(_ name: String) throws(SettingsError) -> ProcessorChoice {
    guard let processor = ProcessorChoice(argument: name) else { throw .processorUnknown(name) }
    return processor
  }

  private static func amount(
    _ name: String,
    _ flag: DollarAmount?,
    _ variable: String?,
    _ member: String?
  ) throws(SettingsError) -> DollarAmount {
    if let flag { return flag }
    guard let text = variable ?? member else { return .usual }
    guard let amount = DollarAmount(argument: text) else { throw .amountInvalid(name, text) }
    return amount
  }

  /// Parses the names that gRPC clients use too, so that daemon and clients can share one CREDITS_SOCKET.
  private static func socketPath(_ name: String) throws(SettingsError) -> String {
    switch SocketName(name) {
    case .path(let path): return path
    case .abstract, nil: throw .socketNotAFile(name)
    }
  }

  /// The socket in systemd's runtime directory (systemd.exec(5), `RuntimeDirectory=`), else the clients' default.
  private static func defaultSocketPath(_ environment: Environment) -> String {
    if let directory = environment.directory("RUNTIME_DIRECTORY") { return directory + "/credits.sock" }
    return CreditsSocket.defaultPath { environment[$0] }
  }

  /// systemd's state directory; without systemd, `/var/lib/credits` for root and a directory in the user's home otherwise.
  private static func defaultDataDirectory(_ environment: Environment) throws(SettingsError) -> String {
    if let directory = environment.directory("STATE_DIRECTORY") { return directory }
    if geteuid() == 0 { return "/var/lib/credits" }
    // The XDG Base Directory Specification ignores relative paths.
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/credits" }
    guard let home = environment["HOME"] else { throw .homeUnknown }
    return home + "/.local/state/credits"
  }

  private static func groupID(_ name: String) throws(SettingsError) -> UInt32 {
    guard let group = HostAccounts.groupID(name) else { throw .groupUnknown(name) }
    return group
  }

  private static func userID(_ name: String) throws(SettingsError) -> UInt32 {
    guard let user = HostAccounts.userID(name) else { throw .userUnknown(name) }
    return user
  }
}
